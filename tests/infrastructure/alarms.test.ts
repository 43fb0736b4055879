import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { environmentNames } from '#lib/environment-names.ts';
import { jobs } from '../../shared/jobs.ts';
import { Synthesised, type TemplateProperties, type TemplateResource } from './synthesised.ts';

const RUNBOOKS = join(import.meta.dirname, '../../docs/runbooks');

/** The words of a runbook about alarms that there are many of. */
const TOLD: readonly (readonly [description: RegExp, told: string])[] = [
  [/^Messages on .* need a person$/, '`Messages on vestry-<env>-<queue>-dlq need a person`'],
  [/ answers with server errors$/, '`… answers with server errors`'],
  [/^The new version of .* fails/, '`The new version of … fails`'],
];

/** A job has a runbook of its own, which names it, or that of all functions. */
function jobOf(what: string): string {
  const [, name = ''] = /^vestry-.*-(?:worker|scheduled|step|called)-([\w-]+) fails$/.exec(what) ?? [];
  const { runbook } = jobs.find((job) => job.name === name) ?? {};
  return runbook === undefined ? '`vestry-<env>-… fails`' : `scheduled-${name}`;
}

/** The name of an alarm in its stack, by which CloudWatch shows it. */
const nameOf = (id: string): string => `\`${id.replace(/[0-9A-F]{8}$/, '')}\``;

const CLOUDWATCH = 'cloudwatch.amazonaws.com';

const list = <T>(value: T | readonly T[] | undefined): readonly T[] => [value ?? []].flat() as T[];

/** Whether a resource's policy lets CloudWatch act on it, as far as an alarm of this account and region is concerned. */
function letsAlarms(statements: readonly TemplateProperties[], actions: readonly string[], account: string) {
  const conditions = [undefined, { StringEquals: { 'aws:SourceAccount': account } }];
  return actions.every((action) =>
    statements.some(
      ({ Effect, Principal, Action, Condition }) =>
        Effect === 'Allow' &&
        list<string>(Principal?.Service).includes(CLOUDWATCH) &&
        list<string>(Action).includes(action) &&
        conditions.some((accepted) => JSON.stringify(accepted) === JSON.stringify(Condition)),
    ),
  );
}

describe.each(environmentNames())('alarms of %s', (name) => {
  const environment = readEnvironment(name);
  const synthesised = Synthesised.of(environment);
  const alarms = synthesised.ofType('AWS::CloudWatch::Alarm');
  const topics = new Set(
    alarms.flatMap(({ stack, Properties }) =>
      [Properties.AlarmActions, Properties.OKActions, Properties.InsufficientDataActions]
        .flatMap((actions) => list<unknown>(actions))
        .map((action) => synthesised.referred(stack, action)),
    ),
  );

  function policyOf({ stack, id }: TemplateResource): TemplateProperties[] {
    return synthesised
      .ofType('AWS::SNS::TopicPolicy')
      .filter(
        (policy) => policy.stack === stack && JSON.stringify(policy.Properties.Topics).includes(`"${id}"`),
      )
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  }

  test('every alarm has an action, which is a topic', () => {
    expect(alarms.length).toBeGreaterThan(10);
    expect(alarms.filter(({ Properties }) => list(Properties.AlarmActions).length === 0)).toEqual([]);
    // CloudFront's are where its metrics are.
    expect([...topics].map(({ Type }) => Type)).toEqual(
      Array(environment.edge === undefined ? 1 : 2).fill('AWS::SNS::Topic'),
    );
    for (const { stack, Properties } of alarms)
      for (const action of list(Properties.AlarmActions))
        expect(synthesised.referred(stack, action).stack.endsWith('-edge')).toBe(stack.endsWith('-edge'));
  });

  test('every alarm names the runbook that says what to do', () => {
    const descriptions = alarms.map(({ Properties }) => String(Properties.AlarmDescription));
    expect(descriptions.filter((text) => !/: docs\/runbooks\/[\w-]+\.md$/.test(text))).toEqual([]);
  });

  test('which exists, and says of which alarm it is', () => {
    const unspoken = alarms.filter(({ Properties, id }) => {
      const [, what = '', runbook = ''] =
        /^(.*): docs\/runbooks\/([\w-]+\.md)$/.exec(String(Properties.AlarmDescription)) ?? [];
      const [, told] = TOLD.find(([description]) => description.test(what)) ?? [];
      const isOfJob = /^vestry-\S+ fails$/.test(what);
      const spoken = told ?? (isOfJob ? jobOf(what) : nameOf(id));
      return !readFileSync(join(RUNBOOKS, runbook), 'utf8').includes(spoken);
    });
    expect(unspoken.map(({ Properties }) => Properties.AlarmDescription)).toEqual([]);
  });

  test('rows that a tenant has to correct wake nobody', () => {
    // The function of a route has a name that ends like the queue's.
    const texts = alarms.map(({ Properties }) => JSON.stringify(Properties));
    expect(texts.filter((text) => text.includes('rejected-rows') && text.includes('AWS/SQS'))).toEqual([]);
  });

  test('their topic lets CloudWatch publish, and the key of the topic lets it encrypt', () => {
    for (const topic of topics) {
      expect(letsAlarms(policyOf(topic), ['sns:Publish'], environment.account)).toBe(true);
      const key = synthesised.referred(topic.stack, topic.Properties.KmsMasterKeyId);
      expect(
        letsAlarms(
          key.Properties.KeyPolicy.Statement,
          ['kms:Decrypt', 'kms:GenerateDataKey'],
          environment.account,
        ),
      ).toBe(true);
    }
  });

  test('their topic has a subscriber: the address of the environment', () => {
    const endpoints = synthesised
      .ofType('AWS::SNS::Subscription')
      .filter(({ stack, Properties }) => topics.has(synthesised.referred(stack, Properties.TopicArn)))
      .map(({ Properties }) => [Properties.Protocol, Properties.Endpoint]);
    expect(endpoints).toEqual(
      environment.alarmEmail === undefined ? [] : [...topics].map(() => ['email', environment.alarmEmail]),
    );
  });
});
