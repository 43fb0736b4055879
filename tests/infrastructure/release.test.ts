import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Environment, readEnvironment } from '#lib/environment.ts';
import { type Tables, tablesOf } from '#lib/vestry.ts';
import { recordedStates, recordOf, refusals, type StackState, stackStates } from './release-simulator.ts';
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
if (process.env.RECORD_RELEASE === 'on') writeFileSync(RECORD, `${JSON.stringify(recordOf(now), null, 2)}\n`);

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

describe('the simulator refuses', () => {
  const producer = {
    stack: 'a',
    exports: new Map([['x', '1']]),
    imports: new Set<string>(),
    named: new Map(),
    kept: new Map([['Bucket', 'AWS::S3::Bucket "x"']]),
  };
  const consumer = {
    stack: 'b',
    exports: new Map(),
    imports: new Set(['x']),
    named: new Map([['queue q', 'Q']]),
    kept: new Map<string, string>(),
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
      [{ ...producer, kept: new Map([['Files', 'AWS::S3::Bucket "x"']]) }, consumer],
      'a: Bucket would go, with what it holds (AWS::S3::Bucket "x")',
    ],
    [
      'a change that replaces what holds data',
      [{ ...producer, kept: new Map([['Bucket', 'AWS::S3::Bucket "y"']]) }, consumer],
      'a: Bucket would be replaced: AWS::S3::Bucket "x" becomes AWS::S3::Bucket "y"',
    ],
    ['an import of nothing', [{ ...consumer, imports: new Set(['y']) }, producer], 'b: nobody exports y'],
  ])('%s', (_, after, reason) => {
    expect(refusals(before, after)).toContain(reason);
  });
});
