import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { describe, expect, test } from 'vitest';
import { type Environment, readEnvironment } from '#lib/environment.ts';
import { environmentNames } from '#lib/environment-names.ts';
import { lastingKeys, RELEASED } from '#lib/released-environments.ts';
import { type Tables, tablesOf } from '#lib/vestry.ts';
import {
  type Kept,
  recordedStates,
  recordOf,
  refusals,
  type StackState,
  stackStates,
} from './release-simulator.ts';
import { Synthesised } from './synthesised.ts';

const production = readEnvironment('acme-prod');
const local = readEnvironment('local');

/** Steps of a state machine go with their machine. */
const WITHOUT: Tables = { routes: [], jobs: tablesOf(production).jobs.filter(({ kind }) => kind === 'step') };

function statesOf(environment: Environment, tables?: Tables): StackState[] {
  return stackStates(Synthesised.of(environment, tables).assembly);
}

const now = statesOf(production);

/** The last release of production, as `npm run release:record` has kept it. */
const RECORD = join(import.meta.dirname, 'last-release.json');
if (process.env.RECORD_RELEASE === 'on') {
  const released = environmentNames()
    .filter((name) => name !== local.name)
    .map((name) => [name, lastingKeys(readEnvironment(name))]);
  for (const [file, record] of [
    [RECORD, recordOf(now)],
    [RELEASED, Object.fromEntries(released)],
  ] as const)
    writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
}

test('this release may follow the last one that was recorded', () => {
  expect(existsSync(RECORD)).toBe(true);
  const last = recordedStates(JSON.parse(readFileSync(RECORD, 'utf8')));
  expect(last.flatMap(({ kept }) => [...kept]).length).toBeGreaterThan(10);
  expect(refusals(last, now)).toEqual([]);
});

describe('a release is not refused', () => {
  test('that changes nothing', () => {
    expect(now.flatMap(({ imports }) => [...imports]).length).toBeGreaterThan(50);
    expect(refusals(now, now)).toEqual([]);
  });

  test('that removes routes, queues and jobs: all at once, and so any of them', () => {
    const emptied = statesOf(production, WITHOUT);
    expect(refusals(now, emptied)).toEqual([]);
    expect(refusals(emptied, now)).toEqual([]);
  });

  test('that renames a route, or gives its operation another path', () => {
    const { routes, jobs } = tablesOf(production);
    const [first, ...others] = routes;
    if (first === undefined) throw new Error('there are no routes');
    const renamed = [{ ...first, operationId: `${first.operationId}Anew` }, ...others];
    expect(refusals(now, statesOf(production, { routes: renamed, jobs }))).toEqual([]);
  });

  test.each<[string, Environment, Environment]>([
    ['that makes an environment a production one', { ...production, production: false }, production],
    [
      'that gives up protection before the environment is torn down',
      production,
      { ...production, production: false, deletionProtection: false, terminationProtection: false },
    ],
    ['that gives up the mock bank', local, { ...local, mockBank: false }],
    ['that brings a mock bank', { ...local, mockBank: false }, local],
  ])('%s', (_, from, to) => {
    expect(refusals(statesOf(from), statesOf(to))).toEqual([]);
  });

  test('that creates the environment, or tears it down', () => {
    expect(refusals([], now)).toEqual([]);
    expect(refusals(now, [])).toEqual([]);
  });
});

const bucket = (name: string): Kept => ({ type: 'AWS::S3::Bucket', properties: { BucketName: name } });

describe('the simulator refuses', () => {
  const producer = {
    stack: 'a',
    exports: new Map([['x', '1']]),
    imports: new Set<string>(),
    named: new Map(),
    kept: new Map([['Bucket', bucket('"x"')]]),
  };
  const consumer = {
    stack: 'b',
    exports: new Map(),
    imports: new Set(['x']),
    named: new Map([['queue q', 'Q']]),
    kept: new Map([['Queue', { type: 'AWS::SQS::Queue', properties: { QueueName: '"q"' } }]]),
  };
  const before: StackState[] = [producer, consumer];

  test.each<[string, StackState[], string]>([
    [
      'an export that goes while it is used, though its user gives it up in the same release',
      [
        { ...producer, exports: new Map() },
        { ...consumer, imports: new Set() },
      ],
      'a: b uses the export x',
    ],
    [
      'an export that changes while it is used',
      [{ ...producer, exports: new Map([['x', '2']]) }, consumer],
      'a: b uses the export x',
    ],
    [
      'a name that moves to a stack before its own',
      [
        { ...producer, named: consumer.named },
        { ...consumer, named: new Map() },
      ],
      'a: queue q exists in b',
    ],
    [
      'a name under another logical id',
      [producer, { ...consumer, named: new Map([['queue q', 'R']]) }],
      'b: queue q exists as Q',
    ],
    [
      'what holds data under another logical id',
      [{ ...producer, kept: new Map([['Files', bucket('"x"')]]) }, consumer],
      'a: Bucket would go, with what it holds (AWS::S3::Bucket)',
    ],
    [
      'a change that replaces what holds data',
      [{ ...producer, kept: new Map([['Bucket', bucket('"y"')]]) }, consumer],
      'a: Bucket would be replaced, empty: BucketName "x" becomes "y"',
    ],
    [
      'a property that replaces, where there was none',
      [{ ...producer, kept: new Map([['Bucket', { type: 'AWS::S3::Bucket', properties: {} }]]) }, consumer],
      'a: Bucket would be replaced, empty: BucketName "x" becomes nothing',
    ],
    [
      'another type under the same logical id',
      [{ ...producer, kept: new Map([['Bucket', { type: 'AWS::SNS::Topic', properties: {} }]]) }, consumer],
      'a: Bucket would go, with what it holds (AWS::S3::Bucket)',
    ],
    [
      'a queue that becomes another, with what waits in it',
      [
        producer,
        {
          ...consumer,
          kept: new Map([['Queue', { type: 'AWS::SQS::Queue', properties: { QueueName: '"r"' } }]]),
        },
      ],
      'b: Queue would be replaced, empty: QueueName "q" becomes "r"',
    ],
    ['an import of nothing', [{ ...consumer, imports: new Set(['y']) }, producer], 'b: nobody exports y'],
  ])('%s', (_, after, reason) => {
    expect(refusals(before, after)).toContain(reason);
  });
});

/** Another value of the same kind. */
function changed(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  return typeof value === 'string' ? `${value}x` : { 'Fn::Sub': 'another' };
}

/** The CDK computes from the same description, but by itself, what a change does. */
test('whatever property of what holds data is changed: a release that replaces it is refused', () => {
  const refused: string[] = [];
  for (const { stackName, template } of Synthesised.of(production).assembly.stacks) {
    const kept = [...(now.find(({ stack }) => stack === stackName)?.kept ?? [])].filter(
      ([id]) => template.Resources[id].DependsOn === undefined,
    );
    for (const [id, { type }] of kept) {
      const { Properties = {} } = template.Resources[id];
      for (const [name, value] of Object.entries(Properties)) {
        const resource = { ...template.Resources[id], Properties: { ...Properties, [name]: changed(value) } };
        const alone = (one: unknown) => ({ Resources: { [id]: one } });
        const { changeImpact } = fullDiff(alone(template.Resources[id]), alone(resource)).resources.get(id);
        if (changeImpact !== 'WILL_REPLACE' && changeImpact !== 'MAY_REPLACE') continue;
        const after = { ...template, Resources: { ...template.Resources, [id]: resource } };
        const [then] = stackStates({ stacks: [{ stackName, template: after }] });
        const found = refusals(
          now,
          now.map((state) => (state.stack === stackName && then !== undefined ? then : state)),
        );
        expect(found.join(), `${type}.${name}`).toContain(`${id} would be replaced, empty: ${name} `);
        refused.push(`${type}.${name}`);
      }
    }
  }
  expect(refused).toEqual(
    expect.arrayContaining([
      ...['AWS::RDS::DBCluster.StorageEncrypted', 'AWS::RDS::DBCluster.KmsKeyId'],
      ...[
        'AWS::S3::Bucket.ObjectLockEnabled',
        'AWS::SQS::Queue.QueueName',
        'AWS::SecretsManager::Secret.Name',
      ],
    ]),
  );
});
