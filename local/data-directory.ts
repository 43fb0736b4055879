import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DATA_ENTRIES } from 'template-runner/data-entries';
import { StartError } from 'template-runner/start-error';
import { removePostgres } from './postgres/postgres.ts';
import { isRunning, startOf } from './processes.ts';

export const DEFAULT_DATA_DIR = '.vestry';

/** The files of a data directory. All but `objects` and `logs` are the platform's own business. */
export function dataPaths(dataDir: string) {
  const at = (name: string): string => join(dataDir, name);
  return {
    assembly: at('cdk.out'),
    postgresLog: at('logs/postgres.log'),
    lock: at('platform.lock'),
    reloaded: at('reloaded'),
    platformFile: at('local.json'),
    state: at('state.json'),
    databaseUrl: at('database-url'),
  };
}

/** Everything that a start may leave, so that `--reset` deletes nothing else. */
const OWN_ENTRIES = [
  ...DATA_ENTRIES,
  'cdk.out',
  'control.sock',
  'database-url',
  'local.json',
  'reloaded',
  'state.json',
];

/** Forgets all state. The directory must be locked by the caller. */
export async function resetDataDirectory(dataDir: string): Promise<void> {
  await removePostgres(dataDir);
  for (const entry of OWN_ENTRIES) rmSync(join(dataDir, entry), { recursive: true, force: true });
}

/**
 * Takes the directory for this process, creating it. Returns the release. Throws `StartError` when a running platform
 * has it; the lock of one that was killed is taken over, even while the dead process is a zombie.
 */
export function lockDataDirectory(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const path = dataPaths(dataDir).lock;
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
  try {
    for (;;) {
      try {
        // Linking is atomic, and the lock is never seen empty.
        linkSync(own, path);
        return () => rmSync(path, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        removeStale(path, dataDir);
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function removeStale(path: string, dataDir: string): void {
  let holder: { pid: number; started: string | undefined };
  try {
    holder = JSON.parse(readFileSync(path, 'utf8')) as typeof holder;
  } catch {
    return;
  }
  if (isRunning(holder.pid) && startOf(holder.pid) === holder.started)
    throw new StartError(
      `${resolve(dataDir)} is in use by the platform with process id ${holder.pid}: stop it, or choose another --data directory`,
    );
  rmSync(path, { force: true });
}
