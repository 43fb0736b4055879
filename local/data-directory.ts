import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DATA_ENTRIES } from 'template-runner/data-entries';
import { StartError } from 'template-runner/start-error';
import { takeLock } from './lock-file.ts';
import { removePostgres } from './postgres/postgres.ts';

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
 * has it.
 */
export function lockDataDirectory(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const lock = takeLock(dataPaths(dataDir).lock);
  if ('release' in lock) return lock.release;
  throw new StartError(
    `${resolve(dataDir)} is in use by the platform with process id ${lock.holder}: stop it, or choose another --data directory`,
  );
}
