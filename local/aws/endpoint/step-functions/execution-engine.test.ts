import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { InvokeResult } from '#aws/functions/function-pool.ts';
import { abort, heartbeat } from './execution/happenings.ts';
import { ExecutionEngine } from './execution-engine.ts';
import { defineStateMachine } from './state-machine-spec.ts';

const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function';
const MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:m';

type Stub = (event: never) => unknown;

let directory: string;
let engine: ExecutionEngine;
let nowMs: number;
let listeners: (() => void)[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'engine-'));
  nowMs = Date.parse('2027-01-31T00:00:00Z');
});

afterEach(() => {
  engine.close();
  rmSync(directory, { recursive: true });
});

const call = (name: string) => ({ Type: 'Task', Resource: `${FUNCTION}:${name}` });

/** An engine on the test's directory; a former one is left as a kill would leave it. */
function open(definition: object, functions: Record<string, Stub> = {}): void {
  engine?.close();
  listeners = [];
  const identity = { name: 'm', arn: MACHINE, roleArn: 'r', definition: JSON.stringify(definition) };
  const spec = defineStateMachine(identity, 'm');
  engine = new ExecutionEngine({
    directory,
    stateMachines: [spec],
    functions: {
      has: (name) => Object.hasOwn(functions, name),
      invoke: async (name, payload): Promise<InvokeResult> => {
        const result = await functions[name]?.(JSON.parse(payload) as never);
        if (result instanceof Error) {
          const error = { errorType: result.name, errorMessage: result.message };
          return { ok: false, requestId: 'r', error };
        }
        return { ok: true, requestId: 'r', payload: JSON.stringify(result ?? null) };
      },
    },
    clock: { now: () => new Date(nowMs), onMove: (listener) => void listeners.push(listener) },
  });
  begin = (input) => engine.begin(spec, { arn: 'arn:e', name: 'e', input: JSON.stringify(input) });
}

let begin: (input: unknown) => unknown;

function advance(seconds: number): void {
  nowMs += seconds * 1000;
  for (const listener of listeners) listener();
}

function outcome() {
  const { status, output, error, cause } = engine.journal.read('arn:e')?.outcome ?? {};
  if (status === 'SUCCEEDED') return JSON.parse(output ?? '') as unknown;
  return { status, error, cause };
}

async function run(
  states: object,
  functions: Record<string, Stub> = {},
  input: unknown = {},
): Promise<unknown> {
  open({ StartAt: Object.keys(states)[0], States: states }, functions);
  engine.start();
  begin(input);
  await engine.settled();
  return outcome();
}

describe('data', () => {
  const input = { a: { b: 1 }, c: 2 };

  test.each([
    [{}, input],
    [{ InputPath: '$.a' }, { b: 1 }],
    [{ InputPath: null }, {}],
    [{ OutputPath: '$.c' }, 2],
    [{ OutputPath: null }, {}],
    [{ Result: 'r' }, 'r'],
    [
      { Result: 'r', ResultPath: '$.a.r' },
      { a: { b: 1, r: 'r' }, c: 2 },
    ],
    [{ Result: 'r', ResultPath: null }, input],
    [
      { InputPath: '$.a', Parameters: { 'x.$': '$.b' }, ResultPath: '$.d' },
      { ...input, d: { x: 1 } },
    ],
    [{ Parameters: { 'n.$': '$$.StateMachine.Name', 'i.$': '$$.Execution.Input.c' } }, { n: 'm', i: 2 }],
  ])('through %j', async (fields, output) => {
    expect(await run({ A: { Type: 'Pass', ...fields, End: true } }, {}, input)).toEqual(output);
  });

  test('that is not there fails the execution, whatever is caught', async () => {
    const states = {
      A: {
        ...call('f'),
        InputPath: '$.missing',
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }],
        End: true,
      },
      B: { Type: 'Succeed' },
    };
    expect(await run(states, { f: () => 1 })).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });

  test('of more than 256 KiB is not carried on', async () => {
    const states = { A: { ...call('f'), End: true } };
    expect(await run(states, { f: () => 'x'.repeat(256 * 1024 - 2) })).toHaveLength(256 * 1024 - 2);
    rmSync(directory, { recursive: true });
    expect(await run(states, { f: () => 'ü'.repeat(128 * 1024) })).toMatchObject({
      error: 'States.DataLimitExceeded',
    });
  });
});

describe('an error', () => {
  test('of infrastructure has the name that it has on AWS', async () => {
    const rejects = () => Promise.reject(new Error('no memory'));
    const states = {
      A: {
        ...call('absent'),
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.a', Next: 'B' }],
        End: true,
      },
      B: { ...call('f'), Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.b', Next: 'C' }], End: true },
      C: { Type: 'Succeed' },
    };
    expect(await run(states, { f: rejects })).toEqual({
      a: { Error: 'Lambda.ResourceNotFoundException', Cause: `Function not found: ${FUNCTION}:absent` },
      b: { Error: 'Lambda.ServiceException', Cause: 'no memory' },
    });
  });

  test('of Fail, and of Choice without a match, ends the execution', async () => {
    const failing = { A: { Type: 'Fail', ErrorPath: '$.e', CausePath: "$['c']" } };
    expect(await run(failing, {}, { e: 'Denied', c: 'why' })).toEqual({
      status: 'FAILED',
      error: 'Denied',
      cause: 'why',
    });
    rmSync(directory, { recursive: true });
    const choosing = {
      A: { Type: 'Choice', Choices: [{ Variable: '$.x', NumericEquals: 1, Next: 'B' }] },
      B: { Type: 'Succeed' },
    };
    expect(await run(choosing, {}, { x: 2 })).toMatchObject({ error: 'States.NoChoiceMatched' });
  });

  test('counts against the first retrier that names it, and not against another', async () => {
    const errors = ['A', 'B', 'A', 'A'];
    const f = vi.fn(() => Object.assign(new Error('x'), { name: errors.shift() ?? 'none' }));
    const retriers = [
      { ErrorEquals: ['A'], MaxAttempts: 2, IntervalSeconds: 1, BackoffRate: 1 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 1, IntervalSeconds: 1 },
    ];
    await run({ S: { ...call('f'), Retry: retriers, End: true } }, { f });
    for (let second = 0; second < 9; second++) {
      advance(1);
      await engine.settled();
    }
    expect(f).toHaveBeenCalledTimes(4);
    expect(outcome()).toMatchObject({ status: 'FAILED', error: 'A' });
  });
});

test('an execution that goes round in circles fails', async () => {
  const states = { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } };
  expect(await run(states)).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('25000') });
});

test.each([
  [{ Seconds: 10 }, 10],
  [{ SecondsPath: '$.seconds' }, 20],
  [{ Timestamp: '2027-01-31T00:00:30Z' }, 30],
  [{ TimestampPath: '$.at' }, 40],
])('waits by %j', async (fields, seconds) => {
  const input = { seconds: 20, at: '2027-01-31T01:00:40+01:00' };
  await run({ W: { Type: 'Wait', ...fields, End: true } }, {}, input);
  expect(engine.nextDue()?.getTime()).toBe(nowMs + seconds * 1000);
  advance(seconds - 1);
  expect(outcome()).toMatchObject({ status: undefined });
  advance(1);
  expect(outcome()).toEqual(input);
});

test('the next timer is one that still counts', async () => {
  const waiting = {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: { FunctionName: 'f', Payload: { 'token.$': '$$.Task.Token' } },
    HeartbeatSeconds: 10,
    End: true,
  };
  await run({ T: waiting }, { f: () => 1 });
  const execution = engine.find('arn:e');
  const branch = execution?.branches.get(0);
  if (execution === undefined || branch?.pending.kind !== 'task') throw new Error('no task waits');
  advance(5);
  const task = branch.pending;
  engine.transition(execution, () => heartbeat(execution, branch, task));
  expect(engine.nextDue()?.getTime()).toBe(nowMs + 10_000);
  engine.transition(execution, () => abort(execution, {}));
  expect(engine.nextDue()).toBeUndefined();
});

describe('Parallel', () => {
  const branch = (name: string) => ({ StartAt: name, States: { [name]: { ...call(name), End: true } } });
  const parallel = { Type: 'Parallel', Branches: [branch('slow'), branch('fast')] };

  test('gives every branch the input, and their outputs in order', async () => {
    const slow = async (event: object) => {
      await sleep(20);
      return { slow: event };
    };
    const states = { P: { ...parallel, InputPath: '$.in', ResultPath: '$.out', End: true } };
    expect(await run(states, { slow, fast: (event: object) => ({ fast: event }) }, { in: 1 })).toEqual({
      in: 1,
      out: [{ slow: 1 }, { fast: 1 }],
    });
  });

  test('fails with its first branch to fail; what the other does then counts no more', async () => {
    const slow = vi.fn(() => sleep(20));
    const states = {
      P: { ...parallel, Catch: [{ ErrorEquals: ['Broken'], Next: 'Caught' }], End: true },
      Caught: { Type: 'Pass', Parameters: { 'error.$': '$.Error' }, End: true },
    };
    const fast = () => Object.assign(new Error('x'), { name: 'Broken' });
    expect(await run(states, { slow, fast })).toEqual({ error: 'Broken' });
    expect(slow).toHaveBeenCalledTimes(1);
    const types = engine.journal.read('arn:e')?.events.map(({ type }) => type) ?? [];
    expect(types).toContain('ParallelStateFailed');
    expect(types).not.toContain('ParallelStateSucceeded');
  });
});

describe('Map', () => {
  const processor = { StartAt: 'Item', States: { Item: { ...call('item'), End: true } } };
  const map = { Type: 'Map', ItemProcessor: processor, End: true };

  test('runs no more items at once than it may, and keeps their order', async () => {
    let [running, most] = [0, 0];
    const item = async (value: number) => {
      most = Math.max(most, ++running);
      await sleep(value % 2 === 0 ? 10 : 1);
      running--;
      return value * 10;
    };
    const states = { M: { ...map, ItemsPath: '$.items', MaxConcurrency: 2 } };
    expect(await run(states, { item }, { items: [4, 3, 2, 1, 0] })).toEqual([40, 30, 20, 10, 0]);
    expect(most).toBe(2);
  });

  test('of nothing is nothing, and of no list an error', async () => {
    expect(await run({ M: map }, { item: () => 1 }, [])).toEqual([]);
    rmSync(directory, { recursive: true });
    expect(await run({ M: map }, { item: () => 1 }, {})).toMatchObject({ error: 'States.Runtime' });
  });

  test('goes on after a kill without running again what is done', async () => {
    const seen: number[] = [];
    const hangs = (value: number) => {
      seen.push(value);
      return value === 2 ? new Promise(() => undefined) : value;
    };
    const definition = { StartAt: 'M', States: { M: { ...map, MaxConcurrency: 1 } } };
    open(definition, { item: hangs });
    engine.start();
    begin([1, 2, 3]);
    await vi.waitFor(() => expect(seen).toEqual([1, 2]));
    open(definition, { item: (value: number) => void seen.push(value) });
    engine.start();
    await engine.settled();
    expect(seen).toEqual([1, 2, 2, 3]);
    expect(outcome()).toEqual([1, null, null]);
  });
});

describe('a kill', () => {
  const definition = {
    StartAt: 'W',
    States: { W: { Type: 'Wait', Seconds: 10, Next: 'F' }, F: { ...call('f'), End: true } },
  };

  function journal(): string {
    const [name = ''] = readdirSync(join(directory, 'journals'));
    return join(directory, 'journals', name);
  }

  test('in the middle of a line costs that line only', async () => {
    open(definition, { f: () => 'old' });
    engine.start();
    begin({});
    appendFileSync(journal(), '{"branches":[{"id":0,"state":"F"');
    appendFileSync(join(directory, 'executions.ndjson'), '{"op":"close","arn":"arn:e"');
    open(definition, { f: () => 'done' });
    engine.start();
    advance(10);
    await engine.settled();
    expect(outcome()).toBe('done');
    // No later line was drawn into the one that was cut.
    const ids = engine.journal.read('arn:e')?.events.map(({ id }) => id) ?? [];
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(readFileSync(join(directory, 'executions.ndjson'), 'utf8')).toMatch(/\n\{"op":"close".*\}\n$/);
    open(definition);
    expect(engine.index.find('arn:e')).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('between journal and index is made good', async () => {
    open(definition, { f: () => 'done' });
    engine.start();
    begin({});
    const index = readFileSync(join(directory, 'executions.ndjson'));
    advance(10);
    await engine.settled();
    writeFileSync(join(directory, 'executions.ndjson'), index);
    open(definition, { f: () => 'never' });
    expect(engine.index.find('arn:e')).toMatchObject({ status: 'SUCCEEDED' });
    expect(engine.find('arn:e')).toBeUndefined();
  });

  test('leaves an execution on the definition that it began with', async () => {
    open(definition, { f: () => 1 });
    engine.start();
    begin({});
    const changed = { StartAt: 'New', States: { New: { Type: 'Succeed' } } };
    open(changed, { f: () => 'by the old definition' });
    engine.start();
    advance(10);
    await engine.settled();
    expect(outcome()).toBe('by the old definition');
  });
});

test('a stop lets functions end, and starts nothing after them', async () => {
  const second = vi.fn(() => 'late');
  const first = () => sleep(20).then(() => 'first');
  const states = { A: { ...call('first'), Next: 'B' }, B: { ...call('second'), End: true } };
  open({ StartAt: 'A', States: states }, { first, second });
  engine.start();
  begin({});
  await engine.stop();
  expect(second).not.toHaveBeenCalled();
  expect(engine.find('arn:e')?.branches.get(0)).toMatchObject({ state: 'B', input: 'first' });
  const again = vi.fn();
  open({ StartAt: 'A', States: states }, { first: again, second });
  engine.start();
  await engine.settled();
  expect(again).not.toHaveBeenCalled();
  expect(outcome()).toBe('late');
});
