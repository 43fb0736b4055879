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
