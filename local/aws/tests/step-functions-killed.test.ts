import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ACCOUNT, CREDENTIALS, REGION } from './step-functions-endpoint.ts';

const PROGRAM = join(import.meta.dirname, 'step-functions-process.ts');
const MACHINE = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:disbursement`;

interface Call {
  readonly name: string;
  readonly transaction_id: string;
  readonly token?: string;
}

let dataDir: string;
let platform: ChildProcess;
let sfn: SFNClient;

async function start(...options: string[]): Promise<void> {
  platform = spawn(process.execPath, [PROGRAM, dataDir, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [endpoint] = (await once(createInterface({ input: platform.stdout as never }), 'line')) as [string];
  sfn = new SFNClient({ endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 });
}

async function kill(): Promise<void> {
  const exited = once(platform, 'exit');
  platform.kill('SIGKILL');
  await exited;
}

function calls(name: string, id: string): Call[] {
  const path = join(dataDir, 'calls.ndjson');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  const all = lines.filter(Boolean).map((line) => JSON.parse(line) as Call);
  return all.filter((call) => call.name === name && call.transaction_id === id);
}

async function disburse(name: string, settleSeconds: number): Promise<string> {
  const input = JSON.stringify({ transaction_id: name, settle_seconds: settleSeconds });
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: MACHINE, name, input }),
  );
  return executionArn;
}

const statusOf = async (executionArn: string) =>
  (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
const typesOf = async (executionArn: string) =>
  (await sfn.send(new GetExecutionHistoryCommand({ executionArn }))).events?.map(({ type }) => type);
const IN_TIME = { timeout: 20_000 };

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sfn-killed-'));
});

afterEach(async () => {
  await kill();
  await rm(dataDir, { recursive: true, force: true });
});

test('a platform that is killed continues every execution where it stopped', async () => {
  await start('hang');
  const waiting = await disburse('small', 3);
  const cut = await disburse('hangs', 0);
  const approval = await disburse('large', 0);
  await expect.poll(() => typesOf(waiting), IN_TIME).toContain('WaitStateEntered');
  await expect.poll(() => calls('send-payment', 'hangs'), IN_TIME).toHaveLength(1);
  await expect.poll(() => typesOf(approval), IN_TIME).toContain('TaskSubmitted');
  await kill();

  await start();
  expect(await statusOf(approval)).toBe('RUNNING');
  await expect.poll(() => statusOf(cut), IN_TIME).toBe('SUCCEEDED');
  await expect.poll(() => statusOf(waiting), IN_TIME).toBe('SUCCEEDED');
  expect(calls('send-payment', 'hangs')).toHaveLength(2);
  expect(calls('send-payment', 'small')).toHaveLength(1);

  const asked = calls('request-approval', 'large');
  expect(asked).toHaveLength(1);
  const [taskToken] = asked.map(({ token }) => token);
  await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
  await expect.poll(() => statusOf(approval), IN_TIME).toBe('SUCCEEDED');
  expect(calls('send-payment', 'large')).toHaveLength(1);
});

test('what was answered is never lost, whenever the kill comes', async () => {
  const started: string[] = [];
  for (let round = 1; round <= 3; round++) {
    await start();
    const before = started.length;
    let killing: Promise<void> | undefined;
    const starts = Array.from({ length: 60 }, async (_, index) => {
      started.push(await disburse(`p${round}-${index}`, 0));
      if (started.length - before === round * 10) killing = kill();
    });
    await Promise.allSettled(starts);
    await killing;
  }
  await start();
  for (const executionArn of started)
    await expect.poll(() => statusOf(executionArn), IN_TIME).toBe('SUCCEEDED');
  expect(started.length).toBeGreaterThanOrEqual(60);
});
