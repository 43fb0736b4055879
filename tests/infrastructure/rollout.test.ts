import { describe, expect, test } from 'vitest';
import { check, targetOf } from '#lib/canary-hook/canary.mjs';
import { type Environment, readEnvironment } from '#lib/environment.ts';
import { Synthesised, type TemplateResource } from './synthesised.ts';

const environment = readEnvironment('acme-prod');
const production = Synthesised.of(environment);

/** A function in production, and all by which its next version is released. */
interface Release {
  readonly name: string;
  readonly alias: TemplateResource;
  readonly version: TemplateResource;
  readonly group: TemplateResource;
  readonly alarms: readonly TemplateResource[];
  readonly hook: string | undefined;
}

function releasesOf(synthesised: Synthesised): Release[] {
  const template = (stack: string) => synthesised.assembly.getStackByName(stack).template.Resources;
  return synthesised.ofType('AWS::Lambda::Alias').map((alias): Release => {
    const { stack, Properties } = alias;
    const version = synthesised.referred(stack, Properties.FunctionVersion);
    const { CodeDeployLambdaAliasUpdate: update } = template(stack)[alias.id].UpdatePolicy;
    const group = synthesised.referred(stack, update.DeploymentGroupName);
    const alarms = (group.Properties.AlarmConfiguration?.Alarms ?? []).map((alarm: { Name: unknown }) =>
      synthesised.referred(stack, alarm.Name),
    );
    const { FunctionName: name } = synthesised.referred(stack, version.Properties.FunctionName).Properties;
    return { name, alias, version, group, alarms, hook: update.BeforeAllowTrafficHook?.Ref };
  });
}

const releases = releasesOf(production);

test('every function but those of a release itself is released step by step', () => {
  const functions = production
    .ofType('AWS::Lambda::Function')
    .filter(
      ({ stack, Properties }) => !/-(schema|edge)$/.test(stack) && Properties.Handler === 'index.handler',
    );
  expect(releases.map(({ name }) => name).sort()).toEqual(
    functions.map(({ Properties }) => Properties.FunctionName).sort(),
  );
  expect(releases.length).toBeGreaterThan(100);
  for (const { group } of releases) {
    expect(group.Properties.DeploymentConfigName).toMatch(/^CodeDeployDefault\.LambdaCanary/);
    expect(group.Properties.AutoRollbackConfiguration.Events).toContain('DEPLOYMENT_STOP_ON_ALARM');
  }
});

describe('the alarms that stop a release', () => {
  test('look at the new version alone, among the calls that come by its alias', () => {
    for (const { name, version, alarms } of releases) {
      expect(alarms).toHaveLength(1);
      const [{ Properties } = { Properties: {} }] = alarms;
      const watched = Properties.Metrics.flatMap((metric: { MetricStat?: { Metric: unknown } }) =>
        metric.MetricStat === undefined ? [] : [metric.MetricStat.Metric],
      );
      const isVersion = { 'Fn::GetAtt': [version.id, 'Version'] };
      expect(watched).toEqual([
        {
          Namespace: 'AWS/Lambda',
          MetricName: 'Errors',
          Dimensions: expect.arrayContaining([
            { Name: 'FunctionName', Value: name },
            { Name: 'Resource', Value: `${name}:live` },
            { Name: 'ExecutedVersion', Value: isVersion },
          ]),
        },
        {
          Namespace: 'Vestry',
          MetricName: 'UnexpectedErrors',
          Dimensions: expect.arrayContaining([
            { Name: 'service', Value: 'acme-prod' },
            { Name: 'function', Value: name },
            { Name: 'version', Value: isVersion },
          ]),
        },
      ]);
      expect(Properties).toMatchObject({ Threshold: 1, TreatMissingData: 'notBreaching' });
    }
  });

  test('are new ones for a new version: no failure of the old one stops what mends it', () => {
    // Functions that answer browsers get another variable, and with it another version.
    const mended: Environment = { ...environment, corsOrigins: ['https://mended.example'] };
    const before = new Set(releases.flatMap(({ alarms }) => alarms.map(({ id }) => id)));
    const versions = new Set(releases.map(({ version }) => version.id));
    const changed = releasesOf(Synthesised.of(mended)).filter(({ version }) => !versions.has(version.id));
    expect(changed.length).toBeGreaterThan(50);
    for (const { alarms } of changed)
      for (const alarm of alarms) {
        expect(before).not.toContain(alarm.id);
        expect(alarm.Properties).not.toHaveProperty('AlarmName');
      }
  });
});

describe('before traffic comes', () => {
  const hooks = production
    .ofType('AWS::Lambda::Function')
    .filter(({ Properties }) => Properties.Handler === 'canary.handler');

  test('a function that CodeDeploy may call, and that may call the new version, calls it', () => {
    for (const { alias, hook, name } of releases) {
      const found = hooks.find(({ stack, id }) => stack === alias.stack && id === hook);
      expect(found?.Properties.FunctionName).toMatch(/^CodeDeployHook_vestry-acme-prod-/);
      const role = production.referred(alias.stack, found?.Properties.Role);
      const statements = role.Properties.Policies[0].PolicyDocument.Statement;
      expect(JSON.stringify(statements)).toContain(':function:vestry-acme-prod-*');
      expect(name).toMatch(/^vestry-acme-prod-/);
      expect(JSON.stringify(statements)).toContain('codedeploy:PutLifecycleEventHookExecutionStatus');
    }
  });

  const EVENT = { DeploymentId: 'd-1', LifecycleEventHookExecutionId: 'e-1' };
  const content = JSON.stringify({
    version: 0,
    Resources: [
      {
        any: { Type: 'AWS::Lambda::Function', Properties: { Name: 'f', Alias: 'live', TargetVersion: '8' } },
      },
    ],
  });

  test.each([
    ['string', { string: { content } }],
    ['appSpecContent', { appSpecContent: { content } }],
  ])('the version is read from the deployment’s %s', (_, revision) => {
    expect(targetOf({ deploymentInfo: { revision } })).toEqual({ FunctionName: 'f', Qualifier: '8' });
  });

  test.each<[string, object | Error, string]>([
    ['passes', { Payload: Buffer.from('{"canary":"passed"}') }, 'Succeeded'],
    ['throws', { FunctionError: 'Unhandled', Payload: Buffer.from('{"canary":"passed"}') }, 'Failed'],
    ['answers something else', { Payload: Buffer.from('{"statusCode":500}') }, 'Failed'],
    ['answers nothing', {}, 'Failed'],
    ['can’t be called', new Error('AccessDenied'), 'Failed'],
  ])('a version that %s', async (_, answer, status) => {
    const told: unknown[] = [];
    const asked: unknown[] = [];
    await check(EVENT, {
      codeDeploy: {
        getDeployment: async () => ({ deploymentInfo: { revision: { string: { content } } } }),
        putLifecycleEventHookExecutionStatus: async (input: unknown) => told.push(input),
      },
      lambda: {
        invoke: async (input: unknown) => {
          asked.push(input);
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
      log: () => undefined,
    });
    expect(asked).toEqual([{ FunctionName: 'f', Qualifier: '8', Payload: '{"canary":"vestry"}' }]);
    expect(told).toEqual([{ deploymentId: 'd-1', lifecycleEventHookExecutionId: 'e-1', status }]);
  });
});

describe('in an emergency', () => {
  test('-c rollout=at-once replaces versions at once, whatever alarms say', () => {
    const atOnce = releasesOf(Synthesised.withContext(environment, { rollout: 'at-once' }));
    expect(atOnce).toHaveLength(releases.length);
    for (const { group, alarms, hook } of atOnce) {
      expect([alarms, hook]).toEqual([[], undefined]);
      expect(group.Properties.DeploymentConfigName).toBe('CodeDeployDefault.LambdaAllAtOnce');
      expect(group.Properties.AutoRollbackConfiguration.Events).not.toContain('DEPLOYMENT_STOP_ON_ALARM');
    }
  });

  test('another word is refused', () => {
    expect(() => Synthesised.withContext(environment, { rollout: 'now' })).toThrow(
      '-c rollout=now: write -c rollout=at-once',
    );
  });
});
