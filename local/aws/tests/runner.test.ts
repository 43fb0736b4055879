import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTemplateRunner, type TemplateRunner, type TemplateRunnerOptions } from '#aws/runner.ts';
import { writeOrderTemplates } from './order-templates.ts';

/** A machine that does other work meanwhile is slow. */
const IN_TIME = { timeout: 20_000 };

let directory: string;
let runners: TemplateRunner[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'template-runner-'));
  runners = [];
  writeOrderTemplates(join(directory, 'cdk.out'));
});

afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.stop()));
  rmSync(directory, { recursive: true });
});

async function start(options: Partial<TemplateRunnerOptions> = {}): Promise<TemplateRunner> {
  const runner = await startTemplateRunner({
    assembly: join(directory, 'cdk.out'),
    dataDir: join(directory, 'data'),
    credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a-secret-of-the-test' },
    ...options,
  });
  runners.push(runner);
  return runner;
}

async function send(port: number, order: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://localhost:${port}/orders`, {
    method: 'POST',
    body: JSON.stringify(order),
  });
  return { status: response.status, body: await response.json() };
}

const read = async (port: number, id: string): Promise<unknown> =>
  (await fetch(`http://localhost:${port}/orders/${id}`)).json();

test('a request passes through the API, a queue and a bucket, and survives a restart', async () => {
  const first = await start({ variables: ({ name }) => ({ GREETING: `hello from ${name}` }) });
  const port = await first.serve(0);
  expect(await send(port, { id: 'o1', items: 3 })).toEqual({
    status: 202,
    body: { greeting: 'hello from orders' },
  });
  await expect.poll(() => read(port, 'o1'), IN_TIME).toEqual({ id: 'o1', packed: 3 });
  expect(await first.drained(20_000)).toBe(true);
  await first.stop();
  await expect(read(port, 'o1')).rejects.toThrow('fetch failed');

  const second = await start();
  expect(await read(await second.serve(0), 'o1')).toEqual({ id: 'o1', packed: 3 });
});

test('a message that its worker reports as failed ends in the dead-letter queue', async () => {
  const runner = await start();
  const port = await runner.serve(0);
  await send(port, { id: 'empty', items: 0 });
  await send(port, { id: 'full', items: 1 });
  await expect.poll(() => read(port, 'full'), IN_TIME).toEqual({ id: 'full', packed: 1 });
  await expect.poll(() => runner.endpoint.queues.attributes('failed-orders').visible, IN_TIME).toBe(1);
  expect(await read(port, 'empty')).toEqual({ error: 'NoSuchKey' });
});

test('schedules fire in order when the clock is advanced, and nothing fires before it serves', async () => {
  const runner = await start();
  expect(runner.scheduler.status()).toMatchObject([{ name: 'daily-count', lastFired: undefined }]);
  await runner.serve(0);
  const fired: string[] = [];
  const until = new Date(runner.clock.now().getTime() + 3 * 86_400_000);
  await runner.scheduler.advance(until, ({ time, ok }) => fired.push(`${time.slice(11)} ${ok}`));
  expect(fired).toEqual(['03:00:00Z true', '03:00:00Z true', '03:00:00Z true']);
  const result = await runner.pool.invoke('counter', '{}');
  expect(result.ok && JSON.parse(result.payload)).toEqual({ fired: 4 });
});

test('a schedule may fire by a queue: its result is that of the first attempt', async () => {
  const rule = (Name: string, items: number) => ({
    Type: 'AWS::Events::Rule',
    Properties: {
      ...{ Name, ScheduleExpression: 'cron(0 3 1 1 ? *)' },
      Targets: [
        { Id: 'queue', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, Input: JSON.stringify({ id: Name, items }) },
      ],
    },
  });
  writeOrderTemplates(join(directory, 'cdk.out'), { Full: rule('full', 1), Empty: rule('empty', 0) });
  const runner = await start();
  const port = await runner.serve(0);
  const schedules = new Map(runner.scheduler.status().map(({ name, functions }) => [name, functions]));
  expect(schedules.get('full')).toEqual(['packer']);
  expect(await runner.scheduler.fire('full')).toMatchObject({ ok: true });
  expect(await read(port, 'full')).toEqual({ id: 'full', packed: 1 });
  expect(await runner.scheduler.fire('empty')).toMatchObject({ ok: false, error: 'it will be tried again' });
});

test.each([
  [{ Table: { Type: 'AWS::DynamoDB::Table' } }, 'shop/Table: resources of type AWS::DynamoDB::Table'],
  [{ Made: { Type: 'Custom::Migration' } }, 'shop/Made: resources of type Custom::Migration'],
  [
    { Extra: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } } },
    'shop/Extra (AWS::SQS::Queue): the property FifoQueue is not implemented',
  ],
  [
    {
      Other: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { EventSourceArn: 'arn:aws:kinesis:x' } },
    },
    'a source other than SQS',
  ],
])("what it can't run it refuses at start: %j", async (more, message) => {
  writeOrderTemplates(join(directory, 'cdk.out'), more);
  await expect(start()).rejects.toMatchObject({
    name: 'StartError',
    message: expect.stringContaining(message) as string,
  });
});

test('a custom resource whose work the caller does is left alone', async () => {
  writeOrderTemplates(join(directory, 'cdk.out'), { Made: { Type: 'Custom::Migration' } });
  const runner = await start({ typesWithoutEffect: ['Custom::Migration'] });
  expect(runner.model.functions.map(({ name }) => name)).toEqual(['orders', 'packer', 'counter', 'reacher']);
});

test('a function in a network reaches the endpoint and what the caller names, and nothing else', async () => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const reached = async (runner: TemplateRunner, url: string) => {
    const result = await runner.pool.invoke('reacher', JSON.stringify({ url }));
    return result.ok && JSON.parse(result.payload);
  };
  const closed = await start();
  expect(await reached(closed, `http://localhost:${port}/`)).toEqual({
    code: 'ERR_NO_WAY_OUT',
    message: expect.stringContaining(
      `reacher stands in a network without a way out, and calls localhost:${port}`,
    ),
  });
  // Whoever isn't signed is refused by the endpoint itself.
  expect(await reached(closed, closed.endpoint.url)).toEqual({ status: 403 });
  await closed.stop();
  const open = await start({ reachable: () => [`127.0.0.1:${port}`] });
  expect(await reached(open, `http://localhost:${port}/`)).toEqual({ status: 200 });
  server.close();
});

test('no source file names the application that it was written for', () => {
  const home = join(import.meta.dirname, '..');
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  expect(existsSync(join(home, 'runner.ts')) && files.length).toBeGreaterThan(100);
  const { name: application } = JSON.parse(readFileSync(join(home, '../../package.json'), 'utf8'));
  const naming = files.filter((path) =>
    readFileSync(join(home, path), 'utf8').toLowerCase().includes(application),
  );
  expect(naming).toEqual([]);
});

test('what comes to a queue that is held stays in it, and is consumed once it is not held any more', async () => {
  const runner = await start();
  const port = await runner.serve(0);
  expect(() => runner.hold('no-queue', true)).toThrow('nothing consumes the queue no-queue');
  runner.hold('orders', true);
  runner.hold('orders', true);
  await send(port, { id: 'o1', items: 2 });
  expect(await runner.drained(20_000)).toBe(true);
  expect(runner.endpoint.queues.attributes('orders').visible).toBe(1);
  expect(await read(port, 'o1')).toEqual({ error: 'NoSuchKey' });
  runner.hold('orders', false);
  await expect.poll(() => read(port, 'o1'), IN_TIME).toEqual({ id: 'o1', packed: 2 });
  // It can be stopped while it is held.
  runner.hold('orders', true);
});

test('a neighbour acts in its turn when the clock is advanced, sees new objects, and what it does is worked off', async () => {
  const told: string[] = [];
  const runner = await start();
  const port = await runner.serve(0);
  const from = runner.clock.now().getTime();
  const due = [1, 3].map((days) => new Date(from + days * 86_400_000));
  let noticed = 0;
  runner.accompany({
    notice: () => {
      noticed += 1;
    },
    nextDue: () => due[0],
    act: async (now) => {
      if (due[0] === undefined || due[0] > now) return false;
      due.shift();
      told.push(`acts on day ${Math.round((now.getTime() - from) / 86_400_000)}`);
      await send(port, { id: `of-${told.length}`, items: 1 });
      return true;
    },
  });
  await runner.scheduler.advance(new Date(from + 4 * 86_400_000), ({ time }) =>
    told.push(`fires on day ${Math.ceil((Date.parse(time) - from) / 86_400_000)}`),
  );
  expect(told.filter((line) => line.startsWith('acts'))).toEqual(['acts on day 1', 'acts on day 3']);
  expect(told.indexOf('acts on day 1')).toBe(1);
  expect(told).toHaveLength(6);
  expect(await read(port, 'of-2')).toEqual({ id: 'of-2', packed: 1 });
  expect(noticed).toBe(2);
});
