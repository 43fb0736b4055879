import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startDatabaseProxy } from 'template-runner/database-proxy';
import type { TestProject } from 'vitest/node';
import { type DatabaseConnection, type RunningPostgres, startPostgres } from '#local/postgres/postgres.ts';
import { migrate } from '#platform/db/migrate.ts';

export const TEMPLATE_DATABASE = 'vestry_template';
export const ROLE_PASSWORD = 'only-for-tests';

const REPOSITORY = join(import.meta.dirname, '../..');
const MIGRATIONS = join(REPOSITORY, 'migrations');
const CACHE = join(REPOSITORY, 'node_modules/.cache/vestry');
const CLUSTER = 'test-cluster-';
/** The sources of a migrated cluster. */
const INPUTS = ['migrations', 'shared/platform/db', 'local/postgres', 'tests/support/postgres-server.ts'];

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that the test run started, as its superuser. */
    postgres: DatabaseConnection;
    /** The stand-in for RDS Proxy before it: the code under test connects to nothing else. */
    proxy: { readonly host: string; readonly port: number };
  }
}

/**
 * One Postgres for a run, with a migrated database that every test file copies. The cluster is a copy too, of the one that
 * the first run with these migrations has made: to create and migrate it takes longer than most files of tests.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'vestry-tests-'));
  // Postgres runs as nobody when we are root, and would have its files elsewhere if it could not reach these.
  chmodSync(directory, 0o711);
  const kept = join(CACHE, `${CLUSTER}${hashInputs()}`);
  if (!existsSync(kept)) await makeCluster(kept, directory);
  else copyCluster(kept, directory);
  const server = await start(directory);
  project.provide('postgres', server.connection);
  const { host, port } = server.connection;
  const proxy = await startDatabaseProxy({ host, port, tls: false });
  project.provide('proxy', { host: proxy.host, port: proxy.port });
  return async () => {
    await proxy.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}

function start(directory: string): Promise<RunningPostgres> {
  const logFile = join(directory, 'postgres.log');
  return startPostgres({ dataDir: directory, logFile, fsync: false, warn: console.error });
}

/** Makes a migrated cluster in `directory`, and keeps a copy of it. */
async function makeCluster(kept: string, directory: string): Promise<void> {
  const server = await start(directory);
  const client = new pg.Client(server.connection);
  await client.connect();
  await client.query(`create database ${TEMPLATE_DATABASE}`);
  await client.end();
  const { connection } = server;
  await migrate({
    ...connection,
    database: TEMPLATE_DATABASE,
    directory: MIGRATIONS,
    rolePassword: ROLE_PASSWORD,
  });
  await server.stop();
  mkdirSync(CACHE, { recursive: true });
  for (const old of readdirSync(CACHE).filter((name) => name.startsWith(CLUSTER)))
    rmSync(join(CACHE, old), { recursive: true, force: true });
  const copying = `${kept}.${process.pid}`;
  copyTree(directory, copying);
  // Another run may have kept its own meanwhile: the copies are the same.
  if (existsSync(kept)) rmSync(copying, { recursive: true, force: true });
  else renameSync(copying, kept);
}

function copyCluster(kept: string, directory: string): void {
  copyTree(join(kept, 'postgres'), join(directory, 'postgres'));
  const record = JSON.parse(readFileSync(join(kept, 'postgres.json'), 'utf8')) as object;
  const moved = { ...record, directory: join(directory, 'postgres') };
  writeFileSync(join(directory, 'postgres.json'), JSON.stringify(moved), { mode: 0o600 });
}

/** Copies with owners and modes, on which Postgres insists. */
export function copyTree(from: string, to: string): void {
  execFileSync('cp', ['-Rp', from, to]);
}

function hashInputs(): string {
  const hash = createHash('sha256').update(readFileSync(join(REPOSITORY, 'package-lock.json')));
  for (const input of INPUTS) {
    const path = join(REPOSITORY, input);
    const files = input.endsWith('.ts') ? [''] : readdirSync(path, { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name === '' || /\.(ts|sql)$/.test(name)).sort())
      hash.update(`${input}/${file}\0`).update(readFileSync(join(path, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
