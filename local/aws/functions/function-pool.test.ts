import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FunctionSpec } from '#aws/templates/function-specs.ts';
import { FunctionPool, type InvokeResult } from './function-pool.ts';

const MODULE = `
import { randomUUID } from 'node:crypto';
import { lookup, Resolver } from 'node:dns/promises';
import * as dns from 'node:dns';
import { get } from 'node:http';
import { connect } from 'node:net';
import * as tls from 'node:tls';
const over = (open) => new Promise((resolve, reject) => open(resolve).on('error', reject));
const WAYS = {
  fetch: (port) => fetch('http://localhost:' + port),
  http: (port) => over((done) => get({ host: '127.0.0.1', port }, done)),
  sockets: (port) => over((done) => connect(port, '127.0.0.1', done)),
  'sockets by options': (port) => over((done) => connect({ port, host: 'localhost' }, done)),
  tls: (port) => over((done) => tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, done)),
  'a pipe': () => over((done) => connect('/tmp/nobody.sock', done)),
  'names': () => lookup('shop.example'),
  'names with callbacks': () => new Promise((resolve, reject) => dns.lookup('shop.example', {}, (error) => error ? reject(error) : resolve())),
  'a resolver': () => new Resolver().resolve4('shop.example'),
};
import { readdirSync, writeFileSync } from 'node:fs';
let calls = 0;
export async function handler(event, context) {
  calls++;
  if (event.pairsIn) {
    writeFileSync(event.pairsIn + '/' + randomUUID(), '');
    while (readdirSync(event.pairsIn).length < 2 * calls) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
  if (event.fail) throw new TypeError(event.fail);
  if (event.exit !== undefined) process.exit(event.exit);
  if (event.spin) for (;;);
  if (event.log) console.log(event.log);
  if (event.way) {
    const failed = (error) => ({ refused: error.code ?? error.cause?.code ?? error.message });
    return WAYS[event.way](event.port).then(() => 'got there', failed);
  }
  return { calls, echo: event, region: process.env.REGION, secret: process.env.HOME, name: context.functionName,
    remaining: context.getRemainingTimeInMillis() };
}`;

let directory: string;
let lines: string[] = [];
const open: FunctionPool[] = [];

function poolOf(
  spec: Partial<FunctionSpec> = {},
  processes: string[] = [],
  more: {
    readonly idleMs?: number;
    readonly patienceMs?: number;
    readonly reachable?: readonly string[];
  } = {},
): FunctionPool {
  const full: FunctionSpec = {
    name: 'echo',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:echo',
    path: 'stack/echo',
    directory,
    handler: 'index.handler',
    timeoutSeconds: 2,
    memoryMb: 128,
    reservedConcurrency: undefined,
    roleArn: 'arn:aws:iam::000000000000:role/echo',
    isInNetwork: false,
    environment: { REGION: 'template' },
    ...spec,
  };
  const pool = new FunctionPool({
    functions: [full],
    overrides: () => ({ REGION: 'override' }),
    processes: new Set(processes),
    idleMs: 60_000,
    ...more,
    reachable: () => more.reachable,
    onLine: (_, line) => lines.push(line),
    onError: () => undefined,
  });
  open.push(pool);
  return pool;
}

function payloadOf(result: InvokeResult): Record<string, unknown> {
  if (!result.ok) throw new Error(result.error.errorMessage);
  return JSON.parse(result.payload) as Record<string, unknown>;
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pool-'));
  writeFileSync(join(directory, 'index.mjs'), MODULE);
});

afterAll(async () => {
  await Promise.all(open.map((pool) => pool.close()));
  rmSync(directory, { recursive: true });
});

test.each([[[]], [['echo']]])(
  'invokes with a context and only its own variables (processes: %j)',
  async (processes) => {
    const pool = poolOf({}, processes);
    const answer = payloadOf(await pool.invoke('echo', '{"a":1}'));
    expect(answer).toMatchObject({ calls: 1, echo: { a: 1 }, region: 'override', name: 'echo' });
    expect(answer.secret).toBeUndefined();
    expect(answer.remaining).toBeGreaterThan(1_000);
  },
);

const WAYS_OUT = ['fetch', 'http', 'sockets', 'sockets by options'];
const OTHER_WAYS_OUT = ['tls', 'a pipe', 'names', 'names with callbacks', 'a resolver'];

test.each([[[]], [['echo']]])(
  'who reaches only some gets nowhere else (processes: %j)',
  async (processes) => {
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const closed = poolOf({ timeoutSeconds: 20 }, processes, { reachable: ['127.0.0.1:1'] });
    const open = poolOf({ timeoutSeconds: 20 }, processes, { reachable: [`localhost:${port}`] });
    const by = async (pool: FunctionPool, way: string) =>
      payloadOf(await pool.invoke('echo', JSON.stringify({ way, port })));
    for (const way of [...WAYS_OUT, ...OTHER_WAYS_OUT])
      expect(await by(closed, way), way).toEqual({ refused: 'ERR_NO_WAY_OUT' });
    for (const way of WAYS_OUT) expect(await by(open, way), way).toBe('got there');
    server.close();
  },
);

test('an environment serves one invocation at a time and is kept for the next', async () => {
  const pool = poolOf({ reservedConcurrency: 2, timeoutSeconds: 20 });
  // Both environments take their first before either takes its second, however long one of them needs to start.
  const sleeping = JSON.stringify({ pairsIn: mkdtempSync(join(directory, 'pairs-')), sleepMs: 100 });
  const startedMs = performance.now();
  const answers = await Promise.all([1, 2, 3, 4].map(() => pool.invoke('echo', sleeping)));
  expect(performance.now() - startedMs).toBeGreaterThan(190);
  expect(answers.map((answer) => payloadOf(answer).calls).sort()).toEqual([1, 1, 2, 2]);
  expect(pool.status()[0]).toMatchObject({ environments: 2, running: 0, waiting: 0, invocations: 4 });
});

test('a burst waits for the environment that loads', async () => {
  const pool = poolOf({ timeoutSeconds: 20 }, [], { patienceMs: 20_000 });
  await Promise.all([1, 2, 3, 4, 5].map(() => pool.invoke('echo', '{}')));
  expect(pool.status()[0]).toMatchObject({ environments: 1, invocations: 5 });
});

test('an error keeps the environment', async () => {
  const pool = poolOf({ reservedConcurrency: 1 });
  const failed = await pool.invoke('echo', '{"fail":"no"}');
  expect(failed).toMatchObject({ ok: false, error: { errorType: 'TypeError', errorMessage: 'no' } });
  expect(payloadOf(await pool.invoke('echo', '{}')).calls).toBe(2);
});

test('an exit ends the environment, not the platform', async () => {
  const pool = poolOf({ reservedConcurrency: 1 });
  const ended = await pool.invoke('echo', '{"exit":3}');
  expect(ended).toMatchObject({ ok: false, error: { errorType: 'Runtime.ExitError' } });
  expect(payloadOf(await pool.invoke('echo', '{}')).calls).toBe(1);
});

test('a timeout ends even a busy loop', async () => {
  const pool = poolOf({ timeoutSeconds: 0.2, reservedConcurrency: 1 });
  const result = await pool.invoke('echo', '{"spin":true}');
  expect(result).toMatchObject({ ok: false, error: { errorType: 'Sandbox.Timedout' } });
  expect(!result.ok && result.error.errorMessage).toContain('Task timed out after 0.20 seconds');
  expect((await pool.invoke('echo', '{"fail":"x"}')).ok).toBe(false);
});

test.each([[[]], [['echo']]])(
  'loading takes nothing from the time of a function (processes: %j)',
  async (processes) => {
    const slow = `await new Promise((resolve) => setTimeout(resolve, 1_500));\n${MODULE}`;
    writeFileSync(join(directory, 'slow.mjs'), slow);
    const pool = poolOf({ handler: 'slow.handler', timeoutSeconds: 1 }, processes);
    const { remaining } = payloadOf(await pool.invoke('echo', '{}'));
    expect(remaining).toBeGreaterThan(100);
    const spinning = await pool.invoke('echo', '{"spin":true}');
    expect(!spinning.ok && spinning.error.errorMessage).toContain('Task timed out after 1.00 seconds');
  },
);

test('lines on stdout are captured', async () => {
  lines = [];
  await poolOf().invoke('echo', '{"log":"hello"}');
  await expect.poll(() => lines).toContain('hello');
});

test('an idle environment ends, and the function starts anew when it is needed', async () => {
  const pool = poolOf({}, [], { idleMs: 100 });
  expect(payloadOf(await pool.invoke('echo', '{}')).calls).toBe(1);
  expect(pool.status()[0]).toMatchObject({ environments: 1 });
  await expect.poll(() => pool.status()[0]?.environments).toBe(0);
  expect(payloadOf(await pool.invoke('echo', '{}')).calls).toBe(1);
});

test('an environment that works is never idle', async () => {
  const pool = poolOf({}, [], { idleMs: 100 });
  expect((await pool.invoke('echo', '{"sleepMs":500}')).ok).toBe(true);
});

/** Writes a handler that waits as long as it is told and answers with a version. */
function versionIn(version: number): string {
  const versioned = mkdtempSync(join(directory, 'version-'));
  const code = `export async function handler({ sleepMs = 0 }) {
    await new Promise((resolve) => setTimeout(resolve, sleepMs));
    return { version: ${version} };
  }`;
  writeFileSync(join(versioned, 'index.mjs'), code);
  return versioned;
}

const versionOf = async (pool: FunctionPool, payload = '{}'): Promise<unknown> =>
  payloadOf(await pool.invoke('echo', payload)).version;

test.each([[[]], [['echo']]])(
  'new code answers from the next invocation on, and what runs finishes on the old (processes: %j)',
  async (processes) => {
    const pool = poolOf({ directory: versionIn(1) }, processes);
    expect(await versionOf(pool)).toBe(1);
    const running = versionOf(pool, '{"sleepMs":500}');
    const idle = await Promise.all([versionOf(pool), versionOf(pool)]);
    expect(idle).toEqual([1, 1]);
    const second = versionIn(2);
    pool.replace('echo', async () => second);
    expect(await Promise.all([versionOf(pool), versionOf(pool), running])).toEqual([2, 2, 1]);
    expect(await versionOf(pool)).toBe(2);
    expect(pool.spec('echo').directory).toBe(second);
  },
);

test('new code is made once, when the function is invoked, and only the last', async () => {
  const pool = poolOf({ directory: versionIn(1) });
  const made: number[] = [];
  const making = (version: number) => async () => {
    made.push(version);
    return versionIn(version);
  };
  pool.replace('echo', making(2));
  pool.replace('echo', making(3));
  expect(made).toEqual([]);
  expect(await Promise.all([versionOf(pool), versionOf(pool)])).toEqual([3, 3]);
  expect(made).toEqual([3]);
});

test('code that is replaced while it is made is never run', async () => {
  const pool = poolOf({ directory: versionIn(1) });
  const { promise: slow, resolve } = Promise.withResolvers<string>();
  pool.replace('echo', () => slow);
  const answer = versionOf(pool);
  pool.replace('echo', async () => versionIn(3));
  resolve(versionIn(2));
  expect(await answer).toBe(3);
});

test.each([
  ['there is no new code', async () => undefined],
  ['it cannot be made', async () => Promise.reject(new Error('no'))],
])('a function keeps its code and its environments when %s', async (_, code) => {
  const pool = poolOf();
  await pool.invoke('echo', '{}');
  pool.replace('echo', code);
  expect(payloadOf(await pool.invoke('echo', '{}')).calls).toBe(2);
});
