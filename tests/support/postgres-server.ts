import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type DatabaseConnection, startPostgres } from '#local/postgres/postgres.ts';
import { migrate } from '#platform/db/migrate.ts';

export const TEMPLATE_DATABASE = 'vestry_template';
export const ROLE_PASSWORD = 'only-for-tests';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that the test run started, as its superuser. */
    postgres: DatabaseConnection;
  }
}

/** One Postgres for a run, with a migrated database that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'vestry-tests-'));
  const logFile = join(directory, 'postgres.log');
  const server = await startPostgres({ dataDir: directory, logFile, fsync: false, warn: console.error });
  const { connection } = server;
  const client = new pg.Client(connection);
  await client.connect();
  await client.query(`create database ${TEMPLATE_DATABASE}`);
  await client.end();
  await migrate({
    ...connection,
    database: TEMPLATE_DATABASE,
    directory: join(import.meta.dirname, '../../migrations'),
    rolePassword: ROLE_PASSWORD,
  });
  project.provide('postgres', connection);
  return async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}
