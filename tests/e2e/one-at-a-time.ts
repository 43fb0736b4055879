import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, inject } from 'vitest';

/** Longer than all the other files together. */
const PATIENCE_MS = 20 * 60_000;
const POLL_MS = 200;

/**
 * Lets one file at a time run a platform. They run beside the tests of other projects, which fill the time in which a platform
 * waits; two platforms would only take the processors from each other.
 */
const lock = inject('platformLock');

beforeAll(async () => {
  while (!take()) await sleep(POLL_MS);
}, PATIENCE_MS);

afterAll(() => rmSync(lock, { force: true }));

function take(): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!isHeld()) rmSync(lock, { force: true });
    return false;
  }
}

/** Whether the holder lives. A file that is empty is being written. */
function isHeld(): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
