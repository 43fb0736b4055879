import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventRouter } from '#aws/events/event-router.ts';
import { Scheduler } from '#aws/events/scheduler.ts';
import type { PlatformModel } from '#aws/templates/platform-model.ts';
import { AWS_CLIS } from './aws-clis.ts';
import { DISBURSEMENT } from './disbursement-machine.ts';
import {
  ACCOUNT,
  CREDENTIALS,
  FunctionFailure,
  functionArn,
  REGION,
  type StepFunctionsEndpoint,
  type StubFunction,
  startStepFunctions,
  stateMachine,
} from './step-functions-endpoint.ts';

const run = promisify(execFile);

/** A machine that does other work meanwhile is slow. */
const IN_TIME = { timeout: 20_000 };

interface Payment {
  readonly transaction_id: string;
  readonly attempt: number;
}

const disbursement = stateMachine('disbursement', DISBURSEMENT);
const limited = stateMachine('limited', {
  StartAt: 'Slow',
  TimeoutSeconds: 7_200,
  States: {
    Slow: {
      Type: 'Task',
      Resource: functionArn('never'),
      TimeoutSeconds: 30,
      Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1, IntervalSeconds: 3_600 }],
      End: true,
    },
  },
});
const tenHours = { Type: 'Wait', Seconds: 36_000 };
const mark = {
  Type: 'Task',
  Resource: functionArn('mark'),
  Parameters: { 'entered.$': '$$.State.EnteredTime' },
};
const chain = stateMachine('chain', {
  StartAt: 'First',
  States: {
    First: { ...tenHours, Next: 'One' },
    One: { ...mark, Next: 'Second' },
    Second: { ...tenHours, Next: 'Two' },
    Two: { ...mark, Next: 'Third' },
    Third: { ...tenHours, Next: 'Three' },
    Three: { ...mark, End: true },
  },
});
const MACHINES = [disbursement, limited, chain];

let dataDir: string;
let platform: StepFunctionsEndpoint;
let sfn: SFNClient;
/** Tokens that functions were handed, by transaction. */
let tokens: Map<string, string[]>;
let payments: Payment[];
let approval: boolean;
let bank: (payment: Payment) => unknown;
let released: () => void;

let functions: Record<string, StubFunction>;

function stubs(): Record<string, StubFunction> {
  return {
    'check-rules': () => ({ approval }),
    'request-approval': ({ transaction_id: id, token }: { transaction_id: string; token: string }) => {
      tokens.set(id, [...(tokens.get(id) ?? []), token]);
      return 'asked';
    },
    'send-payment': (payment: Payment) => {
      payments.push(payment);
      return bank(payment);
    },
    mark: (event: object) => event,
    never: () => new Promise<void>((resolve) => (released = resolve)),
  };
}

async function start(): Promise<void> {
  platform = await startStepFunctions(dataDir, MACHINES, functions);
  sfn = new SFNClient({
    endpoint: platform.endpoint.url,
    region: REGION,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
}

beforeEach(async () => {
  functions = stubs();
  dataDir = await mkdtemp(join(tmpdir(), 'aws-endpoint-sfn-'));
  tokens = new Map();
  payments = [];
  approval = false;
  bank = () => ({ reference: 'ACH1' });
  released = () => undefined;
  await start();
});

afterEach(async () => {
  released();
  await platform.endpoint.close();
  await rm(dataDir, { recursive: true, force: true });
});

const inputOf = (id: string, settleSeconds = 0) =>
  JSON.stringify({ transaction_id: id, settle_seconds: settleSeconds });

async function startDisbursement(name: string, settleSeconds = 0): Promise<string> {
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: disbursement.arn,
      name,
      input: inputOf(name, settleSeconds),
    }),
  );
  return executionArn;
}

const describeExecution = (executionArn: string) => sfn.send(new DescribeExecutionCommand({ executionArn }));

async function over(executionArn: string) {
  await expect.poll(async () => (await describeExecution(executionArn)).status, IN_TIME).not.toBe('RUNNING');
  const { status, output, error, cause } = await describeExecution(executionArn);
  return { status, output: output === undefined ? undefined : JSON.parse(output), error, cause };
}

async function typesOf(executionArn: string): Promise<(string | undefined)[]> {
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events.map(({ type }) => type);
}

async function tokenOf(name: string, count = 1): Promise<string> {
  await expect.poll(() => tokens.get(name)?.length, IN_TIME).toBe(count);
  await platform.endpoint.stepFunctions.engine.settled();
  return tokens.get(name)?.at(-1) ?? '';
}

function advanceSeconds(seconds: number): void {
  platform.clock.moveTo(new Date(platform.clock.now().getTime() + seconds * 1000));
}

const settled = () => platform.endpoint.stepFunctions.engine.settled();

describe('an execution', () => {
  test('runs to its output, and tells its history', async () => {
    const executionArn = await startDisbursement('t1');
    expect(executionArn).toBe(`arn:aws:states:${REGION}:111122223333:execution:disbursement:t1`);
    expect(await over(executionArn)).toEqual({
      status: 'SUCCEEDED',
      output: { state: 'SETTLED', id: 't1/ACH1' },
      error: undefined,
      cause: undefined,
    });
    expect(payments).toEqual([{ transaction_id: 't1', attempt: 0 }]);
    const described = await describeExecution(executionArn);
    expect(described).toMatchObject({ name: 't1', stateMachineArn: disbursement.arn, input: inputOf('t1') });
    expect(described.stopDate?.getTime()).toBeGreaterThanOrEqual(described.startDate?.getTime() ?? Infinity);
    expect(await typesOf(executionArn)).toEqual([
      'ExecutionStarted',
      ...['TaskStateEntered', 'LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded'],
      ...['TaskStateExited', 'ChoiceStateEntered', 'ChoiceStateExited'],
      ...['TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'],
      ...['WaitStateEntered', 'WaitStateExited', 'TaskStateEntered'],
      ...['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded', 'TaskStateExited'],
      'ExecutionSucceeded',
    ]);
  });

  test('pages its history both ways, with or without the data', async () => {
    const executionArn = await startDisbursement('t2');
    await over(executionArn);
    const ids: (number | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await sfn.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 9, reverseOrder: true, nextToken }),
      );
      ids.push(...(page.events ?? []).map(({ id }) => id));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(ids).toEqual(Array.from({ length: 21 }, (_, index) => 21 - index));
    const { events } = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false, maxResults: 2 }),
    );
    expect(events?.[1]).toMatchObject({
      previousEventId: 1,
      stateEnteredEventDetails: { name: 'CheckRules' },
    });
    expect(events?.[1]?.stateEnteredEventDetails).not.toHaveProperty('input');
  });

  test('waits on the clock of the platform', async () => {
    const executionArn = await startDisbursement('t3', 86_400);
    await expect.poll(() => typesOf(executionArn), IN_TIME).toContain('WaitStateEntered');
    advanceSeconds(86_000);
    expect((await describeExecution(executionArn)).status).toBe('RUNNING');
    expect(platform.endpoint.stepFunctions.status().latest[0]).toMatchObject({
      name: 't3',
      state: 'WaitForSettlement',
    });
    advanceSeconds(500);
    expect(await over(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('waits in real time, too', async () => {
    const started = Date.now();
    const executionArn = await startDisbursement('t4', 1);
    await expect.poll(async () => (await describeExecution(executionArn)).status, IN_TIME).toBe('SUCCEEDED');
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_000);
  });

  test('is stopped with a reason, once', async () => {
    const executionArn = await startDisbursement('t5', 60);
    const stop = new StopExecutionCommand({ executionArn, error: 'Recalled', cause: 'by the maker' });
    const { stopDate } = await sfn.send(stop);
    expect(await over(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Recalled',
      cause: 'by the maker',
    });
    advanceSeconds(120);
    await settled();
    expect((await sfn.send(stop)).stopDate).toEqual(stopDate);
    expect((await typesOf(executionArn)).at(-1)).toBe('ExecutionAborted');
  });
});

test('advancing the clock stops at each timer and each schedule in between, in order', async () => {
  const seen: { readonly what: string; readonly hour: number }[] = [];
  const from = new Date(Date.now() + 60_000).toISOString();
  functions.mark = ({ entered }: { entered: string }) =>
    void seen.push({ what: 'wait', hour: hoursAfter(from, entered) });
  const rule = {
    name: 'daily',
    arn: 'a',
    targets: [{ arn: 'f', input: undefined }],
    schedule: 'rate(1 day)',
  };
  const scheduler = new Scheduler({
    model: { rules: [rule], accountId: ACCOUNT, region: REGION } as unknown as PlatformModel,
    router: {
      fire: async (_: unknown, { time }: { time: string }) => {
        seen.push({ what: 'schedule', hour: hoursAfter(from, time) });
        return undefined;
      },
    } as unknown as EventRouter,
    clock: platform.clock,
    settle: settled,
    nextTimer: () => platform.endpoint.stepFunctions.engine.nextDue(),
  });
  await sfn.send(new StartExecutionCommand({ stateMachineArn: chain.arn }));
  try {
    await scheduler.advance(new Date(Date.parse(from) + 48 * 3_600_000), () => undefined);
  } finally {
    await scheduler.stop();
  }
  const hoursOf = (what: string) => seen.filter((item) => item.what === what).map(({ hour }) => hour);
  expect(hoursOf('wait')).toEqual([10, 20, 30]);
  expect(hoursOf('schedule')).toHaveLength(2);
  expect(seen).toEqual(seen.toSorted((a, b) => a.hour - b.hour));
});

/** Whole hours: the test itself takes some seconds. */
function hoursAfter(from: string, time: string): number {
  return Math.round((Date.parse(time) - Date.parse(from)) / 3_600_000);
}

describe('a name', () => {
  test('starts one execution, however often it is sent with the same input while that runs', async () => {
    const [first, second] = await Promise.all([startDisbursement('same', 60), startDisbursement('same', 60)]);
    expect(second).toBe(first);
    await expect.poll(() => payments, IN_TIME).toHaveLength(1);
    await expect(startDisbursement('same', 61)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  test('is taken once its execution is over, whatever the input', async () => {
    await over(await startDisbursement('done'));
    await expect(startDisbursement('done')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect(payments).toHaveLength(1);
  });
});

describe('a failing function', () => {
  test('is retried with growing pauses, capped, and then caught under its own name', async () => {
    bank = () => {
      throw new FunctionFailure('BankUnavailable', 'try later');
    };
    const executionArn = await startDisbursement('r1');
    for (const [index, pauseSeconds] of [60, 90, 90].entries()) {
      await expect.poll(() => payments.length, IN_TIME).toBe(index + 1);
      await settled();
      advanceSeconds(pauseSeconds - 5);
      await settled();
      expect(payments).toHaveLength(index + 1);
      advanceSeconds(5);
    }
    expect(await over(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      output: { state: 'FAILED', id: 'r1', reason: 'BankUnavailable' },
    });
    expect(payments.map(({ attempt }) => attempt)).toEqual([0, 1, 2, 3]);
  });

  test('continues as soon as a retry succeeds', async () => {
    bank = ({ attempt }) => {
      if (attempt === 0) throw new FunctionFailure('BankUnavailable', 'try later');
      return { reference: 'ACH2' };
    };
    const executionArn = await startDisbursement('r2');
    await expect.poll(() => payments.length, IN_TIME).toBe(1);
    await settled();
    advanceSeconds(60);
    expect(await over(executionArn)).toMatchObject({ output: { state: 'SETTLED', id: 'r2/ACH2' } });
  });

  test('fails the execution when nothing handles its error', async () => {
    functions['check-rules'] = () => {
      throw new TypeError('no rules');
    };
    const executionArn = await startDisbursement('r3');
    const { cause, ...end } = await over(executionArn);
    expect(end).toEqual({ status: 'FAILED', output: undefined, error: 'TypeError' });
    expect(JSON.parse(cause ?? '')).toEqual({ errorType: 'TypeError', errorMessage: 'no rules' });
  });
});

describe('a task token', () => {
  beforeEach(() => {
    approval = true;
  });

  test('ends its task with an output, once', async () => {
    const executionArn = await startDisbursement('w1');
    const taskToken = await tokenOf('w1');
    expect((await describeExecution(executionArn)).status).toBe('RUNNING');
    expect(await typesOf(executionArn)).toContain('TaskSubmitted');
    const success = new SendTaskSuccessCommand({ taskToken, output: '{"by":"ada"}' });
    await sfn.send(success);
    expect(await over(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: { state: 'SETTLED' } });
    await expect(sfn.send(success)).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  test('ends its task with an error that a catcher names', async () => {
    const executionArn = await startDisbursement('w2');
    const taskToken = await tokenOf('w2');
    await sfn.send(new SendTaskFailureCommand({ taskToken, error: 'Denied', cause: 'unknown payee' }));
    expect(await over(executionArn)).toMatchObject({ output: { state: 'FAILED', reason: 'Denied' } });
    expect(payments).toEqual([]);
  });

  test('may be used by the function before it returns', async () => {
    functions['request-approval'] = async ({ token: taskToken }: { token: string }) => {
      await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
    };
    expect(await over(await startDisbursement('w3'))).toMatchObject({ output: { state: 'SETTLED' } });
  });

  test('times out when its holder is silent for longer than a heartbeat', async () => {
    const executionArn = await startDisbursement('w4');
    const taskToken = await tokenOf('w4');
    for (let hours = 0; hours < 3; hours++) {
      advanceSeconds(3_500);
      await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    }
    expect((await describeExecution(executionArn)).status).toBe('RUNNING');
    advanceSeconds(3_601);
    expect(await over(executionArn)).toMatchObject({
      output: { state: 'FAILED', reason: 'States.HeartbeatTimeout' },
    });
    const beat = sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    await expect(beat).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  test('times out after the time of its task, heartbeats or not', async () => {
    const executionArn = await startDisbursement('w5');
    const taskToken = await tokenOf('w5');
    for (let hours = 0; hours < 23; hours++) {
      advanceSeconds(3_590);
      await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    }
    advanceSeconds(3_590);
    await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    advanceSeconds(300);
    expect(await over(executionArn)).toMatchObject({ output: { state: 'FAILED', reason: 'States.Timeout' } });
  });

  test('that was never handed out is refused', async () => {
    const executionArn = await startDisbursement('w6');
    const token = await tokenOf('w6');
    const send = (taskToken: string, output = '{}') =>
      sfn.send(new SendTaskSuccessCommand({ taskToken, output }));
    await expect(send('nonsense')).rejects.toMatchObject({ name: 'InvalidToken' });
    const forged = Buffer.from(JSON.stringify([executionArn, 0, 'guess'])).toString('base64url');
    await expect(send(forged)).rejects.toMatchObject({ name: 'TaskTimedOut' });
    const strange = Buffer.from(JSON.stringify([`${executionArn}x`, 0, 'guess'])).toString('base64url');
    await expect(send(strange)).rejects.toMatchObject({ name: 'TaskDoesNotExist' });
    await expect(send(token, 'no json')).rejects.toMatchObject({ name: 'InvalidOutput' });
    expect((await describeExecution(executionArn)).status).toBe('RUNNING');
  });
});

test('a task and an execution take no longer than they may', async () => {
  const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn: limited.arn }));
  const releaseFirst = released;
  advanceSeconds(30);
  expect(await typesOf(executionArn)).toContain('LambdaFunctionTimedOut');
  advanceSeconds(3_600);
  expect((await typesOf(executionArn)).filter((type) => type === 'LambdaFunctionStarted')).toHaveLength(2);
  // The first attempt's function ends only now, and changes nothing.
  releaseFirst();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await describeExecution(executionArn)).status).toBe('RUNNING');
  advanceSeconds(30);
  expect(await over(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });

  const long = await startDisbursement('long', 90_000);
  const other = await sfn.send(new StartExecutionCommand({ stateMachineArn: limited.arn, name: 'other' }));
  advanceSeconds(7_201);
  expect((await describeExecution(other.executionArn ?? '')).status).toBe('TIMED_OUT');
  expect((await describeExecution(long)).status).toBe('RUNNING');
});

describe('after a restart', () => {
  async function restart(): Promise<void> {
    await platform.endpoint.close();
    await start();
  }

  test('a wait continues, and ends at its time', async () => {
    const executionArn = await startDisbursement('s1', 3_600);
    await expect.poll(() => typesOf(executionArn), IN_TIME).toContain('WaitStateEntered');
    await restart();
    expect((await describeExecution(executionArn)).status).toBe('RUNNING');
    advanceSeconds(3_600);
    expect(await over(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(payments).toHaveLength(1);
  });

  test('a task that waits for its token is not run again, and its time keeps running', async () => {
    approval = true;
    const executionArn = await startDisbursement('s2');
    const taskToken = await tokenOf('s2');
    advanceSeconds(3_500);
    await restart();
    await settled();
    expect(tokens.get('s2')).toHaveLength(1);
    advanceSeconds(200);
    expect(await over(executionArn)).toMatchObject({ output: { reason: 'States.HeartbeatTimeout' } });

    await startDisbursement('s3');
    await restart();
    await sfn.send(new SendTaskSuccessCommand({ taskToken: await tokenOf('s3'), output: '{}' }));
    const late = sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
    await expect(late).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  test('a task that was running is run again, and what the first run answers is lost', async () => {
    let answer: (reference: object) => void = () => undefined;
    bank = () => new Promise((resolve) => (answer = resolve));
    const executionArn = await startDisbursement('s4');
    await expect.poll(() => payments, IN_TIME).toHaveLength(1);
    const [answerFirst] = [answer];
    await platform.endpoint.close();
    answerFirst({ reference: 'lost' });
    bank = () => ({ reference: 'kept' });
    await start();
    expect(await over(executionArn)).toMatchObject({ output: { id: 's4/kept' } });
    expect(payments).toEqual([payments[0], payments[0]]);
  });

  test('retries are counted on', async () => {
    bank = () => {
      throw new FunctionFailure('BankUnavailable', 'try later');
    };
    const executionArn = await startDisbursement('s5');
    for (let attempt = 1; attempt <= 3; attempt++) {
      await expect.poll(() => payments.length, IN_TIME).toBe(attempt);
      await settled();
      await restart();
      advanceSeconds(90);
    }
    expect(await over(executionArn)).toMatchObject({ output: { state: 'FAILED' } });
    expect(payments).toHaveLength(4);
  });

  test('names stay taken, lists and histories stay whole', async () => {
    const executionArn = await startDisbursement('s6');
    await over(executionArn);
    const types = await typesOf(executionArn);
    await restart();
    await expect(startDisbursement('s6')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect(await typesOf(executionArn)).toEqual(types);
    expect(platform.endpoint.stepFunctions.status()).toMatchObject({
      counts: { SUCCEEDED: 1, RUNNING: 0 },
      latest: [{ name: 's6', stateMachine: 'disbursement', status: 'SUCCEEDED', state: undefined }],
    });
  });
});

test('executions are listed newest first, by status and in pages', async () => {
  for (const name of ['l1', 'l2', 'l3']) await over(await startDisbursement(name));
  await startDisbursement('l4', 60);
  const list = (extra: object) =>
    sfn.send(new ListExecutionsCommand({ stateMachineArn: disbursement.arn, ...extra }));
  const first = await list({ maxResults: 2 });
  expect(first.executions?.map(({ name }) => name)).toEqual(['l4', 'l3']);
  await startDisbursement('l5', 60);
  const second = await list({ maxResults: 2, nextToken: first.nextToken });
  expect(second.executions?.map(({ name }) => name)).toEqual(['l2', 'l1']);
  expect(second.nextToken).toBeUndefined();
  const running = await list({ statusFilter: 'RUNNING' });
  expect(running.executions?.map(({ name, status }) => [name, status])).toEqual([
    ['l5', 'RUNNING'],
    ['l4', 'RUNNING'],
  ]);
  await expect(list({ nextToken: 'nonsense' })).rejects.toMatchObject({ name: 'InvalidToken' });
});

test('state machines are listed and described', async () => {
  const { stateMachines } = await sfn.send(new ListStateMachinesCommand({ maxResults: 1 }));
  expect(stateMachines).toMatchObject([{ name: 'disbursement', type: 'STANDARD' }]);
  const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: disbursement.arn }));
  expect(described).toMatchObject({ status: 'ACTIVE', roleArn: disbursement.roleArn });
  expect(JSON.parse(described.definition ?? '')).toEqual(DISBURSEMENT);
});

describe('what the endpoint does not serve is an error', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['StateMachineDoesNotExist', () => startOn(`${disbursement.arn}x`)],
    ['InvalidArn', () => startOn('disbursement')],
    ['InvalidName', () => startOn(disbursement.arn, { name: 'a b' })],
    ['InvalidExecutionInput', () => startOn(disbursement.arn, { input: '{' })],
    ['ValidationException', () => startOn(disbursement.arn, { input: `"${'x'.repeat(262_144)}"` })],
    ['ValidationException', () => startOn(disbursement.arn, { traceHeader: 'Root=1' })],
    [
      'ExecutionDoesNotExist',
      () => describeExecution(`${disbursement.arn.replace(':stateM', ':execution:m')}:x`),
    ],
    [
      'UnknownOperationException',
      () => sfn.send(new CreateStateMachineCommand({ name: 'n', definition: '{}', roleArn: 'r' })),
    ],
  ])('%s', async (name, send) => {
    await expect(send()).rejects.toMatchObject({ name });
  });

  const startOn = (stateMachineArn: string, extra: object = {}) =>
    sfn.send(new StartExecutionCommand({ stateMachineArn, ...extra }));

  test('a definition in JSONata is refused at start', () => {
    const pass = { Type: 'Pass', Output: '{% $uuid() %}', End: true };
    const start = { StartAt: 'A', States: { A: pass } };
    expect(() => stateMachine('m', { QueryLanguage: 'JSONata', ...start })).toThrow(
      'm: the query language JSONata is not implemented, only JSONPath',
    );
    const inState = { StartAt: 'A', States: { A: { Type: 'Pass', QueryLanguage: 'JSONata', End: true } } };
    expect(() => stateMachine('m', inState)).toThrow('m, state A: the query language JSONata');
  });
});

test.each(AWS_CLIS)(
  '%s starts an execution, approves it and reads it',
  async (cli) => {
    approval = true;
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_DEFAULT_REGION: REGION,
      AWS_ENDPOINT_URL: platform.endpoint.url,
    };
    const command = async (...args: string[]): Promise<Record<string, unknown>> => {
      const options = ['--endpoint-url', platform.endpoint.url, '--output', 'json', 'stepfunctions'];
      const { stdout } = await run(cli, [...options, ...args], { env });
      return stdout.trim() === '' ? {} : JSON.parse(stdout);
    };
    const machine = ['--state-machine-arn', disbursement.arn];
    const started = await command('start-execution', ...machine, '--name', 'cli', '--input', inputOf('cli'));
    const execution = ['--execution-arn', String(started.executionArn)];
    const token = await tokenOf('cli');
    await command('send-task-success', '--task-token', token, '--task-output', '{}');
    expect(await over(String(started.executionArn))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await command('describe-execution', ...execution)).toMatchObject({
      status: 'SUCCEEDED',
      output: JSON.stringify({ state: 'SETTLED', id: 'cli/ACH1' }),
    });
    const late = command('send-task-success', '--task-token', token, '--task-output', '{}');
    await expect(late).rejects.toThrow('TaskTimedOut');
  },
  3 * 60_000,
);
