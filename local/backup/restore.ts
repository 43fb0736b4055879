import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { StartError } from 'template-runner/start-error';
import { dataPaths, lockDataDirectory, resetDataDirectory } from '#local/data-directory.ts';
import { migrateDatabase } from '#local/migrate-database.ts';
import type { PlatformState } from '#local/platform-file.ts';
import { startPostgres } from '#local/postgres/postgres.ts';
import { isUsed, type Manifest, SAVED_DATABASE, SAVED_FILES, SAVED_OBJECTS, unpack } from './backup.ts';
import { importTables } from './tables.ts';

export interface RestoreOptions {
  /** Whether writes are flushed to disk; only tests turn this off. @default true */
  readonly fsync?: boolean;
  warn(message: string): void;
}

/**
 * Makes the platform of a backup in a data directory that has none yet; `npm start` then runs it. Its database is the embedded one.
 * Throws `StartError` when the directory is in use or the file can't be restored, and leaves the directory as it was.
 */
export async function restore(file: string, dataDir: string, options: RestoreOptions): Promise<Manifest> {
  const unlock = lockDataDirectory(dataDir);
  const staging = join(resolve(dataDir), 'backup-restored');
  try {
    if (isUsed(dataDir))
      throw new StartError(
        `${resolve(dataDir)} holds a platform: restore into another --data directory, and run npm start with that`,
      );
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(staging);
    const manifest = unpack(file, staging);
    try {
      await fill(dataDir, staging, manifest, options);
    } catch (error) {
      await resetDataDirectory(dataDir);
      throw error;
    }
    return manifest;
  } finally {
    rmSync(staging, { recursive: true, force: true });
    unlock();
  }
}

async function fill(
  dataDir: string,
  staging: string,
  manifest: Manifest,
  { fsync = true, warn }: RestoreOptions,
): Promise<void> {
  const state = JSON.parse(readFileSync(join(staging, 'state.json'), 'utf8')) as PlatformState;
  const { postgresLog, state: statePath } = dataPaths(dataDir);
  const postgres = await startPostgres({ dataDir, logFile: postgresLog, fsync, warn });
  try {
    await migrateDatabase(postgres.connection, state.rolePassword, { dataDir });
    const client = new pg.Client(postgres.connection);
    client.on('error', () => undefined);
    await client.connect();
    try {
      await importTables(client, join(staging, SAVED_DATABASE), manifest.database);
    } finally {
      await client.end();
    }
  } finally {
    await postgres.stop();
  }
  for (const name of [SAVED_OBJECTS, ...SAVED_FILES])
    if (existsSync(join(staging, name)) && join(dataDir, name) !== statePath)
      renameSync(join(staging, name), join(dataDir, name));
  // Comes last: it makes the directory a platform's.
  renameSync(join(staging, 'state.json'), statePath);
}
