import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { StartError } from 'template-runner/start-error';
import { dataPaths } from '#local/data-directory.ts';
import { readPlatformFile } from '#local/platform-file.ts';
import { exportTables, type SavedDatabase } from './tables.ts';

/** The directories of objects: what is being received is no object yet. */
const PASSING = ['.incoming', '.pending', '.uploads'];
/** The secrets, the logins and the time of a platform. */
export const SAVED_FILES = ['secrets.json', 'users.json', 'clock.json', 'state.json'] as const;
export const SAVED_DATABASE = 'database';
export const SAVED_OBJECTS = 'objects';
const MANIFEST = 'manifest.json';
const BACKUP_FORMAT = 1;

export interface Manifest {
  readonly format: number;
  /** ISO 8601. */
  readonly takenAt: string;
  readonly database: SavedDatabase;
}

/**
 * Writes the state of a running platform into one file: the database as of one instant, the objects of its buckets, and its secrets. Messages in
 * queues and executions under way are left out, because a restore on AWS doesn't bring them back either; the sweeps find what they were to do.
 * Throws `StartError` when the platform doesn't run, or when the file is there.
 */
export async function backUp(dataDir: string, file: string): Promise<Manifest> {
  if (existsSync(file)) throw new StartError(`${file} is there already: name another file, or remove it`);
  const { databaseUrl } = readPlatformFile(dataDir);
  const staging = mkdtempSync(join(resolve(dataDir), 'backup-'));
  try {
    const database = await saveDatabase(databaseUrl, staging, () => {
      linkTree(join(dataDir, SAVED_OBJECTS), join(staging, SAVED_OBJECTS), PASSING);
      for (const name of SAVED_FILES)
        if (existsSync(join(dataDir, name))) copyFileSync(join(dataDir, name), join(staging, name));
    });
    const manifest: Manifest = { format: BACKUP_FORMAT, takenAt: new Date().toISOString(), database };
    writeFileSync(join(staging, MANIFEST), JSON.stringify(manifest));
    pack(staging, file);
    return manifest;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function saveDatabase(url: string, staging: string, meanwhile: () => void): Promise<SavedDatabase> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StartError(`the platform is not running (${code ?? message}): run npm start`);
  }
  try {
    const directory = join(staging, SAVED_DATABASE);
    mkdirSync(directory);
    return await exportTables(client, directory, meanwhile);
  } finally {
    await client.end();
  }
}

/** Objects are never changed in place, so that links are a copy. One that goes meanwhile is not in the backup. */
function linkTree(from: string, to: string, except: readonly string[] = []): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (except.includes(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    try {
      if (entry.isDirectory()) linkTree(source, target);
      else linkSync(source, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** The file holds secrets and personal data, and has its name only once it is whole. */
function pack(directory: string, file: string): void {
  const partial = `${file}.partial`;
  writeFileSync(partial, '', { mode: 0o600 });
  tar(['-czf', resolve(partial), '-C', directory, '.'], `${file} can't be written`);
  renameSync(partial, file);
}

/** Unpacks a backup. Throws `StartError` if the file is none, or is one of a format that this release doesn't read. */
export function unpack(file: string, directory: string): Manifest {
  if (!existsSync(file)) throw new StartError(`there is no file ${file}`);
  tar(['-xzf', resolve(file), '-C', directory], `${file} is no backup`);
  const path = join(directory, MANIFEST);
  if (!existsSync(path)) throw new StartError(`${file} is no backup: it has no ${MANIFEST}`);
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  if (manifest.format === BACKUP_FORMAT) return manifest;
  throw new StartError(`${file} has the format ${manifest.format}; this release reads ${BACKUP_FORMAT}`);
}

function tar(args: readonly string[], problem: string): void {
  const { status, stderr, error } = spawnSync('tar', args, { encoding: 'utf8' });
  if (status !== 0)
    throw new StartError(`${problem}: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? ''}`);
}

/** Whether a platform has ever run on a directory. */
export function isUsed(dataDir: string): boolean {
  return existsSync(dataPaths(dataDir).state);
}
