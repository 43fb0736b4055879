import { chmodSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DATA_ENTRIES } from 'template-runner/data-entries';
import { StartError } from 'template-runner/start-error';
import { takeLock } from './lock-file.ts';
import { removePostgres } from './postgres/postgres.ts';
import { isRoot } from './postgres/unprivileged.ts';

export const DEFAULT_DATA_DIR = '.vestry';

/** The files of a data directory. All but `objects` and `logs` are the platform's own business. */
export function dataPaths(dataDir: string) {
  const at = (name: string): string => join(dataDir, name);
  return {
    assembly: at('cdk.out'),
    console: at('console'),
    postgresLog: at('logs/postgres.log'),
    lock: at('platform.lock'),
    reloaded: at('reloaded'),
    platformFile: at('local.json'),
    state: at('state.json'),
    databaseUrl: at('database-url'),
    bank: at('bank.json'),
  };
}

/** Everything that a start may leave, so that `--reset` deletes nothing else. */
const OWN_ENTRIES = [
  ...DATA_ENTRIES,
  'bank.json',
  'cdk.out',
  'console',
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

/** Root’s Postgres runs as `nobody`, who has to pass through, and sees nothing on the way. */
const MODE = isRoot() ? 0o711 : 0o700;

/**
 * Makes the directory, which holds keys and the files of tenants, for its owner alone, and closes what an earlier version may have left open in it. Nothing
 * is opened further.
 */
function closeToOthers(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: MODE });
  chmodSync(dataDir, statSync(dataDir).mode & MODE);
  for (const entry of OWN_ENTRIES) {
    const path = join(dataDir, entry);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found !== undefined && !found.isSymbolicLink()) chmodSync(path, found.mode & 0o700);
  }
}

/** Keeps what this process and its children write for its owner alone. */
export function writeForOwnerOnly(): void {
  process.umask(0o077);
}

/**
 * Takes the directory for this process, creating it. Returns the release. Throws `StartError` when a running platform
 * has it.
 */
export function lockDataDirectory(dataDir: string): () => void {
  closeToOthers(dataDir);
  const lock = takeLock(dataPaths(dataDir).lock);
  if ('release' in lock) return lock.release;
  throw new StartError(
    `${resolve(dataDir)} is in use by the platform with process id ${lock.holder}: stop it, or choose another --data directory`,
  );
}
