import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PlatformClock } from 'template-runner/clock';
import { type AwsEndpoint, startAwsEndpoint } from 'template-runner/endpoint';
import { FunctionPool } from 'template-runner/functions';
import { type PlatformModel, readPlatformModel } from 'template-runner/templates';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlatformStateMachine } from '#lib/constructs/state-machine.ts';
import { readEnvironment } from '#lib/environment.ts';
import { StateMachineApp } from '#tests/support/state-machine-app.ts';
import type { TemplateProperties } from './synthesised.ts';

const NAME = 'vestry-local-payout';

const sorted = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort();

describe.each([true, false])('a state machine (encrypted: %s)', (encrypted) => {
  const { app, stack } = new StateMachineApp(readEnvironment('local'), { encrypted });
  const template = Template.fromStack(stack);
  const only = (type: string): TemplateProperties => {
    const [found, ...others] = Object.values(template.findResources(type));
    expect(others).toEqual([]);
    return found?.Properties;
  };

  function statements(): TemplateProperties[] {
    const role = Object.entries(template.findResources('AWS::IAM::Role')).find(([id]) =>
      id.startsWith('Payout'),
    )?.[1];
    expect(template.findResources('AWS::IAM::Policy')).toEqual({});
    return role?.Properties.Policies.flatMap(
      ({ PolicyDocument }: TemplateProperties) => PolicyDocument.Statement,
    );
  }

  test('is STANDARD, traced, and logs failures without data', () => {
    const properties = only('AWS::StepFunctions::StateMachine');
    expect(properties).toMatchObject({
      StateMachineName: NAME,
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
    });
    expect('EncryptionConfiguration' in properties).toBe(encrypted);
    expect(only('AWS::Logs::LogGroup')).toMatchObject({
      LogGroupName: `/aws/vendedlogs/states/${NAME}`,
      RetentionInDays: readEnvironment('local').logRetentionDays,
    });
  });

  test('may call exactly the functions of its definition', () => {
    const { DefinitionSubstitutions } = only('AWS::StepFunctions::StateMachine');
    const [invoke, ...others] = statements().filter(({ Action }) =>
      [Action].flat().includes('lambda:InvokeFunction'),
    );
    expect(others).toEqual([]);
    expect(invoke).toMatchObject({ Effect: 'Allow', Action: 'lambda:InvokeFunction' });
    expect(sorted(invoke.Resource)).toEqual(sorted(Object.values(DefinitionSubstitutions)));
    expect(JSON.stringify(invoke.Resource)).not.toContain('*');
    const rights = statements().flatMap(({ Action }) => [Action].flat() as string[]);
    expect(rights.filter((action) => !/^(lambda|logs|xray|kms):[A-Za-z]+$/.test(action))).toEqual([]);
    expect(rights.some((action) => action.startsWith('kms:'))).toBe(encrypted);
  });

  test('is taken on by Step Functions for this state machine only', () => {
    const [document] = Object.values(template.findResources('AWS::IAM::Role'))
      .map(({ Properties }) => Properties.AssumeRolePolicyDocument.Statement[0])
      .filter(({ Principal }) => Principal.Service === 'states.amazonaws.com');
    expect(JSON.stringify(document.Condition.ArnEquals)).toContain(`:stateMachine:${NAME}"`);
  });

  test('explains every finding of the AWS Solutions rules', () => {
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations).toEqual([]);
  });
});

test.each([
  [['Pay'], "names Report, which it isn't given"],
  [['Pay', 'Report', 'Audit'], "is given Audit, which it doesn't name"],
])('given the functions %j, the definition %s', (names, message) => {
  const stack = new Stack(new App(), 'stack', { env: { account: '111122223333', region: 'eu-central-1' } });
  const functionOf = (name: string) =>
    LambdaFunction.fromFunctionArn(stack, name, `arn:aws:lambda:eu-central-1:111122223333:function:${name}`);
  const construct = () =>
    new PlatformStateMachine(stack, 'Payout', {
      environment: readEnvironment('local'),
      name: 'payout',
      functions: Object.fromEntries(names.map((name) => [name, functionOf(name)])),
      directory: join(import.meta.dirname, '../support/state-machines'),
    });
  expect(construct).toThrow(message);
});

describe('the same template on one machine', () => {
  let directory: string;
  let model: PlatformModel;
  let pool: FunctionPool;
  let endpoint: AwsEndpoint;
  let sfn: SFNClient;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'state-machine-'));
    model = readPlatformModel(new StateMachineApp(readEnvironment('local'), { encrypted: true }).assembly);
    pool = new FunctionPool({
      functions: model.functions,
      overrides: () => ({}),
      processes: new Set(),
      onLine: () => undefined,
      onError: () => undefined,
    });
    const credentials = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a-secret-of-the-test' };
    endpoint = await startAwsEndpoint({
      ...{ port: 0, dataDir: directory, region: model.region, accountId: model.accountId, ...credentials },
      ...{ buckets: [], queues: [], eventBuses: [], secrets: [] },
      onEvent: () => undefined,
      stepFunctions: {
        stateMachines: model.stateMachines,
        functions: pool,
        clock: new PlatformClock(join(directory, 'clock.json')),
      },
    });
    endpoint.stepFunctions.engine.start();
    sfn = new SFNClient({ endpoint: endpoint.url, region: model.region, credentials });
  });

  afterAll(async () => {
    await endpoint.close();
    await pool.close();
    rmSync(directory, { recursive: true });
  });

  async function outputOf(payments: readonly string[]): Promise<unknown> {
    const stateMachineArn = model.stateMachines[0]?.arn;
    const input = JSON.stringify({ payments });
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
    const describeIt = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
    await expect.poll(async () => (await describeIt()).status, { timeout: 60_000 }).toBe('SUCCEEDED');
    return JSON.parse((await describeIt()).output ?? '');
  }

  test('is read with its substitutions', () => {
    expect(model.stateMachines.map(({ name }) => name)).toEqual([NAME]);
    expect(model.stateMachines[0]?.arn).toBe(
      `arn:aws:states:${model.region}:${model.accountId}:stateMachine:${NAME}`,
    );
    expect(model.stateMachines[0]?.definition).toMatch(/"FunctionName":"arn:aws:lambda:[^"]+:live"/);
    expect(model.stateMachines[0]?.definition).not.toContain('${');
  });

  test('runs the deployed code, retries and all', async () => {
    expect(await outputOf(['a', 'flaky', 'c'])).toEqual({ paid: ['0:a', '1:flaky', '2:c'], failed: null });
  });

  test('continues at its catcher when an item fails', async () => {
    expect(await outputOf(['a', 'broken'])).toEqual({ failed: 'TypeError' });
  });
});
