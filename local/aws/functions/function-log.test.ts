import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FunctionLog } from './function-log.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'function-log-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

// The device answers every write as a full disk does.
test.skipIf(process.platform !== 'linux')(
  'a full disk loses lines and says so; once there is room, the log goes on',
  async () => {
    const path = join(directory, 'functions.log');
    symlinkSync('/dev/full', path);
    const told: string[] = [];
    const log = new FunctionLog(path, (line) => void told.push(line));
    log.line('one', 'lost', 'stdout');
    await vi.waitFor(() => expect(told.join()).toContain('ENOSPC'));
    rmSync(path);
    log.line('one', 'kept', 'stdout');
    await log.close();
    expect(readFileSync(path, 'utf8')).toMatch(/"message":"kept"/);
    expect(readFileSync(path, 'utf8')).not.toContain('lost');
  },
);

test('an error is one line on the terminal, which says when, which request, and where in our own code', async () => {
  const told: string[] = [];
  const log = new FunctionLog(join(directory, 'functions.log'), (line) => void told.push(line));
  const stack = [
    'TypeError: no such thing',
    '    at parse (/app/node_modules/zod/index.js:3:1)',
    '    at processTicks (node:internal/process:1:1)',
    '    at run (../../../functions/register/get-holder.ts:12:5)',
  ].join('\n');
  const error = { name: 'TypeError', message: `no such\nthing ${'x'.repeat(9_000)}`, stack };
  const entry = {
    level: 'ERROR',
    timestamp: '2026-11-28T09:41:07.123Z',
    message: 'unexpected',
    request_id: 'r-1',
    error,
  };
  log.line('get-holder', JSON.stringify(entry), 'stdout');
  const { message, name } = error;
  log.error('get-holder', 'invocation', {
    errorType: name,
    errorMessage: message.slice(0, 7),
    trace: [stack],
  } as never);
  log.error('other', 'invocation', { errorType: 'Runtime.ExitError', errorMessage: 'exit code 1' } as never);
  await log.close();
  expect(told).toHaveLength(2);
  expect(told[0]).toMatch(
    /^09:41:07 ERROR get-holder r-1 unexpected \(TypeError: no such thing x+ at functions\/register\/get-holder\.ts:12$/,
  );
  expect(told[0]?.length).toBeLessThan(400);
  expect(told[1]).toMatch(
    /^\d\d:\d\d:\d\d ERROR other invocation failed \(Runtime\.ExitError: exit code 1\)$/,
  );
  // The log has it whole.
  expect(readFileSync(join(directory, 'functions.log'), 'utf8')).toContain('x'.repeat(9_000));
});

test('the place is relative, and not that of a package which was bundled', async () => {
  const told: string[] = [];
  const log = new FunctionLog(join(directory, 'logs/functions.log'), (line) => void told.push(line));
  const stack = `Error: no\n    at a (file://${directory}/cdk.out/code/one/chunk-1.mjs:2:7)\n    at async b (${directory}/shared/register/holder.ts:41:3)`;
  log.line(
    'one',
    JSON.stringify({ level: 'WARN', message: 'no', error: { name: 'Error', message: 'no', stack } }),
    'stdout',
  );
  await log.close();
  expect(told[0]).toMatch(/ at shared\/register\/holder\.ts:41$/);
});
