import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '#kernel/calendar.ts';
import { loadedDemo } from './loaded-demo.ts';
import {
  RunningPlatform,
  removeDataDir,
  startedPlatform,
  startPlatform,
  temporaryDataDir,
} from './platform.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

let dataDir: string;
let firstOutput: readonly string[];
let platform: RunningPlatform;

beforeAll(async () => {
  ({ dataDir, firstOutput } = await loadedDemo());
  platform = await startedPlatform({ dataDir });
});

afterAll(async () => {
  await platform.stop();
  removeDataDir(dataDir);
});

/** Runs a command of `npm run local`. */
const local = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['local/cli.ts', ...args, '--data', dataDir], { cwd: REPOSITORY });

describe('npm start', () => {
  test('is ready once it reports so', async () => {
    expect(platform.output.at(-1)).toBe(`ready ${platform.file.apiUrl}`);
    const health = await fetch(`${platform.file.apiUrl}/health`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    const head = await fetch(`${platform.file.apiUrl}/health`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      ...[200, health.headers.get('content-type'), ''],
    ]);
  });

  test('shows its steps, and what to try next', () => {
    const output = firstOutput.join('\n');
    for (const shown of [
      'templates ready',
      'database ready',
      'migrations ready',
      '/docs',
      'AWS endpoint',
      'Sign in',
      'Try next',
    ])
      expect(output).toContain(shown);
    for (const { users } of platform.file.tenants)
      for (const { email } of users) expect(output).toContain(email);
    expect(output).toMatch(
      /by the local identity provider[\s\S]*acme +http\S+\/start\n +globex +http\S+\/start/,
    );
    expect(output).not.toContain('left in the outbox');
  });

  test('writes everything for its owner alone', () => {
    // The templates and bundles are copies of what lies in the checkout; `loaded` is the mark of the test that loaded the demo.
    const entries = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !['cdk.out', 'loaded'].includes(path.split('/')[0] ?? ''),
    );
    const open = entries.filter((path) => {
      const stat = lstatSync(join(dataDir, path), { throwIfNoEntry: false });
      return stat !== undefined && !stat.isSymbolicLink() && (stat.mode & 0o077) !== 0;
    });
    expect(open).toEqual([]);
    expect(statSync(dataDir).mode & 0o066).toBe(0);
    expect(entries).toEqual(expect.arrayContaining(['local.json', 'secrets.json', 'objects', 'logs']));
  });

  test('describes itself in local.json', () => {
    expect(platform.file.tenants.map(({ type }) => type).sort()).toEqual(['ISSUER', 'ISSUER', 'SPONSOR']);
    expect(Object.keys(platform.file.buckets).sort()).toEqual(['accessLogs', 'audit', 'uploads']);
    expect(platform.file.queues).toMatchObject({
      uploads: expect.any(String),
      rejectedRows: expect.any(String),
    });
  });

  test('demo tenants came through the pipeline: the register is the accepted rows of an upload', async () => {
    const { body: uploads } = await platform.api('acme', 'GET', '/uploads');
    expect(uploads.data[0]).toMatchObject({ kind: 'shareholders', state: 'COMPLETED' });
    const { body: report } = await platform.api('acme', 'GET', '/reports/holdings?limit=1');
    expect(report.holders).toBeGreaterThan(0);
  });

  test('refuses a directory that is in use, with what to do', async () => {
    const second = await startPlatform({ dataDir });
    expect(second).toMatchObject({ exitCode: 1 });
    expect(second.output.join('\n')).toMatch(
      /is in use by the platform with process id \d+: stop it, or choose another --data/,
    );
  });

  test.each([
    ['--port', (port: string) => ({ flags: ['--port', port] })],
    ['PORT in the environment', (port: string) => ({ flags: [], env: { PORT: port } })],
    ['--aws-port', (port: string) => ({ flags: ['--port', '0', '--aws-port', port] })],
  ])('refuses a port that is in use, with what to do (%s)', async (setting, options) => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, resolve));
    const { port } = holder.address() as AddressInfo;
    const other = temporaryDataDir();
    const second = await startPlatform({ dataDir: other, ...options(String(port)) });
    holder.close();
    removeDataDir(other);
    expect(second).toMatchObject({ exitCode: 1 });
    expect(second.output).toHaveLength(1);
    expect(second.output[0]).toContain(`port ${port} is in use`);
    expect(second.output[0]).toContain(setting);
  });

  test.each([['--port', 'abc'], ['--nonsense']])('refuses %s', async (...flags) => {
    const refused = await startPlatform({ dataDir: join(dataDir, 'never'), flags });
    expect(refused).toMatchObject({ exitCode: expect.any(Number) });
    expect(refused.output.join('\n')).toContain('usage');
  });

  test('works, says the smoke test; and an address at which nothing answers does not', async () => {
    const smoke = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['tools/smoke.ts', ...args, '--patience-seconds', '1']);
    const { stdout } = await smoke(platform.file.apiUrl);
    expect(stdout.match(/^ok {2}GET /gm)).toHaveLength(6);
    const directory = temporaryDataDir();
    const outputs = join(directory, 'outputs.json');
    const [closed, open] = ['http://127.0.0.1:1/live/', `${platform.file.apiUrl}/`].map((Url) => ({ Url }));
    writeFileSync(outputs, JSON.stringify({ 'vestry-trial-api': closed, 'vestry-trial-edge': open }));
    expect((await smoke('--outputs', outputs)).stdout).toBe(stdout);
    writeFileSync(outputs, JSON.stringify({ 'vestry-trial-api': open }));
    expect((await smoke('--outputs', outputs)).stdout).toBe(stdout);
    removeDataDir(directory);
    await expect(smoke('http://127.0.0.1:1')).rejects.toMatchObject({
      code: 1,
      stderr: '6 of 6 answers are wrong\n',
    });
    await expect(smoke(`${platform.file.apiUrl}/elsewhere`)).rejects.toMatchObject({ code: 1 });
  });

  test('fire prints what the job answers, and names a schedule that was probably meant', async () => {
    expect((await local('fire', 'reconcile-payments')).stdout).toMatch(
      /reconcile-payments\n\{"restarted":\d+,.*\}\n$/,
    );
    await expect(local('fire', 'reconcile-payment')).rejects.toMatchObject({
      stderr: expect.stringContaining('did you mean reconcile-payments?'),
    });
  });

  test('a message that failed for good is listed, and sent back though somebody has just looked at it', async () => {
    const url = `${platform.file.queues.uploads}-dlq`;
    const sqs = platform.sqs();
    const { MessageId } = await sqs.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: '{"of":"nothing"}' }),
    );
    expect((await local('dead-letters', 'uploads')).stdout).toMatch(
      new RegExp(`^vestry-local-uploads-dlq  ${MessageId} [^\\n]+\\n  \\{"of":"nothing"\\}\\n$`),
    );
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 600 }));
    expect((await local('redrive', 'uploads')).stdout).toBe('1 sent back from vestry-local-uploads-dlq\n');
    expect((await local('redrive', 'uploads')).stdout).toBe('vestry-local-uploads-dlq is empty\n');
  });

  test('a firing that was given up is sent back to its own job', async () => {
    const url = platform.file.queues.uploads?.replace(/uploads$/, 'schedules-dlq');
    const resources = [`arn:aws:events:us-east-1:000000000000:rule/vestry-local-report-trail`];
    const MessageBody = JSON.stringify({ id: 'firing', time: new Date().toISOString(), resources });
    await platform.sqs().send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    expect((await local('redrive', 'schedules')).stdout).toBe(
      '1 sent back from vestry-local-schedules-dlq\n',
    );
  });

  test('rows that a tenant has to correct are not redriven', async () => {
    await expect(local('redrive', 'rejected-rows')).rejects.toMatchObject({
      stderr: expect.stringContaining('corrected by their tenant'),
    });
  });

  test('advance ends with what has happened, and with its client', async () => {
    const timeOf = async (): Promise<number> => {
      const { stdout } = await local('status', '--json');
      return Date.parse(JSON.parse(stdout).time);
    };
    const day = new Date((await timeOf()) + 2 * DAY_MS).toISOString();
    const { stdout } = await local('advance', day);
    expect(stdout.split('\n').length).toBeLessThan(60);
    expect(stdout).toMatch(/^It is .*\. Jobs ran \d+ times; none failed\.$/m);
    expect(stdout).toMatch(/^ +\d+ {2}[a-z-]+\.[a-z-]+$/m);
    const before = await timeOf();
    const year = new Date(before + 365 * DAY_MS).toISOString();
    const advancing = spawn(
      process.execPath,
      ['local/cli.ts', 'advance', year, '--data', dataDir, '--json'],
      { cwd: REPOSITORY },
    );
    await once(advancing.stdout, 'data');
    advancing.kill('SIGINT');
    await once(advancing, 'exit');
    await expect.poll(timeOf, { timeout: 60_000 }).toBeGreaterThan(before);
    await expect
      .poll(
        async () =>
          (await timeOf()) - before < 60 * DAY_MS && (await local('status')).stdout.includes('time'),
        { timeout: 60_000 },
      )
      .toBe(true);
    const stopped = await timeOf();
    expect((await timeOf()) - stopped).toBeLessThan(DAY_MS);
  });

  test('stops cleanly, and finds its data again; banks that were told to be silent still are', async () => {
    expect((await local('bank')).stdout).toBe('the banks speak\n');
    expect((await local('bank', 'silent', 'on')).stdout).toBe('the banks are silent\n');
    await expect(local('bank', 'quiet')).rejects.toMatchObject({
      stderr: expect.stringContaining('bank [silent on|off]'),
    });
    // The first holder of the demo has an account into which the mock bank settles after two seconds.
    const { data } = (await platform.api('acme', 'GET', '/shareholders?limit=1')).body;
    const order = { shareholder_id: data[0].id, amount: '1.00', currency: 'USD' };
    const { id } = (
      await platform.api('acme', 'POST', '/transactions/disburse', order, { 'idempotency-key': 'silent' })
    ).body;
    const status = async () => (await platform.api('acme', 'GET', `/transactions/${id}`)).body.status;
    await expect.poll(status, { timeout: 60_000 }).toBe('SENT');

    const before = await platform.api('acme', 'GET', '/reports/holdings?limit=200');
    expect(await platform.stop()).toBe(0);
    const startedMs = performance.now();
    platform = await startedPlatform({ dataDir });
    console.log(`second start: ${Math.round(performance.now() - startedMs)} ms`);
    const after = await platform.api('acme', 'GET', '/reports/holdings?limit=200');
    expect(after.body.data).toEqual(before.body.data);
    expect(platform).toBeInstanceOf(RunningPlatform);
    expect((await local('bank')).stdout).toBe('the banks are silent\n');
    expect(await status()).toBe('SENT');
    await local('bank', 'silent', 'off');
    await expect.poll(status, { timeout: 60_000 }).toBe('SETTLED');
  });

  test('finds its data again after it was killed', async () => {
    const before = await platform.api('acme', 'GET', '/reports/holdings?limit=200');
    await platform.stop('SIGKILL');
    platform = await startedPlatform({ dataDir });
    const after = await platform.api('acme', 'GET', '/reports/holdings?limit=200');
    expect(after.body.data).toEqual(before.body.data);
  });
});
