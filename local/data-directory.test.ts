import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dataPaths, lockDataDirectory } from './data-directory.ts';
import { isRunning } from './processes.ts';

const MODULE = join(import.meta.dirname, 'data-directory.ts');
const LOCK = `const { lockDataDirectory } = await import(process.argv[1]);
lockDataDirectory(process.argv[2]);
console.log(process.pid);
setInterval(() => undefined, 1_000);`;

let dataDir: string;
let parent: ChildProcess;
let holder: number;

/** Starts a process that holds the directory, below a parent that never asks for its exit code. */
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'vestry-lock-'));
  parent = spawn(
    '/bin/sh',
    ['-c', '"$0" "$@" & exec sleep 60', process.execPath, '-e', LOCK, MODULE, dataDir],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = (await once(createInterface({ input: parent.stdout as NodeJS.ReadableStream }), 'line')) as [
    string,
  ];
  holder = Number(line);
});

afterEach(() => {
  if (isRunning(holder)) process.kill(holder, 'SIGKILL');
  parent.kill('SIGKILL');
  rmSync(dataDir, { recursive: true });
});

test('a directory that a running process holds is refused', () => {
  expect(isRunning(holder)).toBe(true);
  expect(() => lockDataDirectory(dataDir)).toThrow(`is in use by the platform with process id ${holder}`);
});

test('a directory whose holder is a zombie is taken over', async () => {
  process.kill(holder, 'SIGKILL');
  await expect.poll(() => isRunning(holder)).toBe(false);
  // Still in the table of processes: signals reach it.
  expect(process.kill(holder, 0)).toBe(true);
  if (process.platform === 'linux') expect(readFileSync(`/proc/${holder}/stat`, 'utf8')).toMatch(/\) Z /);
  const release = lockDataDirectory(dataDir);
  expect(JSON.parse(readFileSync(dataPaths(dataDir).lock, 'utf8'))).toMatchObject({ pid: process.pid });
  release();
});

test('is for its owner alone, also when it was open before; root lets others pass through', () => {
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const mode = process.getuid?.() === 0 ? '711' : '700';
  const opened = mkdtempSync(join(tmpdir(), 'vestry-mode-'));
  try {
    lockDataDirectory(join(opened, 'new'))();
    expect(modeOf(join(opened, 'new'))).toBe(mode);
    chmodSync(opened, 0o777);
    writeFileSync(join(opened, 'secrets.json'), '{}', { mode: 0o644 });
    mkdirSync(join(opened, 'objects'), { mode: 0o755 });
    lockDataDirectory(opened)();
    expect(modeOf(opened)).toBe(mode);
    expect(modeOf(join(opened, 'secrets.json'))).toBe('600');
    expect(modeOf(join(opened, 'objects'))).toBe('700');
    chmodSync(opened, 0o700);
    lockDataDirectory(opened)();
    expect(modeOf(opened)).toBe('700');
  } finally {
    rmSync(opened, { recursive: true });
  }
});
