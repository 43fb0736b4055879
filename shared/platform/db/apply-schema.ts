import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';

/** The state of the schema differs from what the files would have made. Nothing was changed. */
export class OutdatedSchemaError extends Error {
  override readonly name = 'OutdatedSchemaError';
}

export interface AppliedSchema {
  /** Migrations that were new, in their order. */
  readonly migrations: readonly string[];
  /** Functions whose text was new or has changed. */
  readonly functions: readonly string[];
}

export interface SchemaSource {
  /** Holds the migrations, and `functions/` beside them. */
  readonly directory: string;
  /** The names of migrations that this environment leaves out. */
  readonly except: readonly string[];
}

interface SqlFile {
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

const MIGRATION_FILE = /^\d{4}_[a-z0-9_]+\.sql$/;
const FUNCTION_FILE = /^[a-z][a-z0-9_]*\.sql$/;
/** "cannot change return type of existing function", among others that `create or replace` can't do. */
const INVALID_FUNCTION_DEFINITION = '42P13';
/** "function name is not unique": a file names its function without parameters, to grant it, and the one before has others. */
const AMBIGUOUS_FUNCTION = '42725';

/**
 * Brings the schema into the state of the files, in one transaction: others see the old schema or the new one.
 * Functions come first, so that tables can name them, and are checked against the tables at the end (docs/adr/0071).
 * The connection has the role of the owner and the schema as its search path, and holds the migrator's lock. Throws
 * `OutdatedSchemaError`.
 */
export async function applySchema(client: pg.Client, source: SchemaSource): Promise<AppliedSchema> {
  const [migrations, functions] = await Promise.all([
    readSql(source.directory, MIGRATION_FILE),
    readSql(join(source.directory, 'functions'), FUNCTION_FILE),
  ]);
  await client.query('begin');
  try {
    const applied = await apply(client, migrations, functions, source.except);
    await client.query('commit');
    return applied;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function apply(
  client: pg.Client,
  migrations: readonly SqlFile[],
  functions: readonly SqlFile[],
  except: readonly string[],
): Promise<AppliedSchema> {
  await refuseEarlierMigrator(client);
  await client.query(`
    create table if not exists applied_migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now());
    create table if not exists applied_functions (name text primary key, sha256 text not null, applied_at timestamptz not null default now())`);
  const appliedMigrations = await readApplied(client, 'applied_migrations');
  const appliedFunctions = await readApplied(client, 'applied_functions');
  if (isNewer(appliedMigrations, migrations)) return { migrations: [], functions: [] };

  const newMigrations = migrations.filter(
    ({ name }) => !appliedMigrations.has(name) && !except.includes(name),
  );
  const changed = functions.filter(({ name, sha256 }) => appliedFunctions.get(name) !== sha256);
  const superseded: string[] = [];
  await client.query('set local check_function_bodies = off');
  for (const file of changed) superseded.push(...(await replaceFunction(client, file)));
  for (const file of newMigrations) {
    await run(client, file, 'migrations');
    await client.query('insert into applied_migrations (name, sha256) values ($1, $2)', [
      file.name,
      file.sha256,
    ]);
  }
  await client.query('set local check_function_bodies = on');
  for (const file of changed) {
    await run(client, file, 'migrations/functions');
    await client.query(
      `insert into applied_functions as f (name, sha256) values ($1, $2)
       on conflict (name) do update set sha256 = excluded.sha256, applied_at = excluded.applied_at`,
      [file.name, file.sha256],
    );
  }
  for (const signature of superseded) await client.query(`drop routine ${signature}`);
  await dropRemoved(client, [...appliedFunctions.keys()], functions);
  // Everybody may run a new function until this is taken from them: only its file says who may.
  await client.query('revoke execute on all routines in schema vestry from public');
  return { migrations: newMigrations.map(({ name }) => name), functions: changed.map(({ name }) => name) };
}

async function readSql(directory: string, pattern: RegExp): Promise<SqlFile[]> {
  const names = (await readdir(directory)).filter((name) => pattern.test(name)).sort();
  return Promise.all(
    names.map(async (file) => {
      const text = await readFile(join(directory, file), 'utf8');
      return {
        name: file.replace(/\.sql$/, ''),
        text,
        sha256: createHash('sha256').update(text).digest('hex'),
      };
    }),
  );
}

/** Kysely's migrator applied the migrations that there were before the baseline. */
async function refuseEarlierMigrator(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ found: boolean }>(
    `select to_regclass('kysely_migration') is not null as found`,
  );
  if (rows[0]?.found === true) throw new OutdatedSchemaError('its tables are older than the first migration');
}

async function readApplied(
  client: pg.Client,
  table: 'applied_migrations' | 'applied_functions',
): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    `select name, sha256 from ${table} order by name`,
  );
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

/**
 * Returns whether a later release has migrated the schema, on which this release then runs unchanged. Throws
 * `OutdatedSchemaError` if the applied migrations differ from the files: a migration is never edited after its
 * release.
 */
function isNewer(applied: ReadonlyMap<string, string>, files: readonly SqlFile[]): boolean {
  const last = files.at(-1)?.name ?? '';
  const known = new Map(files.map(({ name, sha256 }) => [name, sha256]));
  let newer = false;
  for (const [name, sha256] of applied) {
    const expected = known.get(name);
    if (expected === undefined && name > last) newer = true;
    else if (expected === undefined)
      throw new OutdatedSchemaError(`it has the migration ${name}, for which there is no file`);
    else if (expected !== sha256)
      throw new OutdatedSchemaError(`the migration ${name} has changed since it was applied`);
  }
  return newer;
}

/** Returns the signatures that the file's function replaces but that other objects still depend on. */
async function replaceFunction(client: pg.Client, file: SqlFile): Promise<string[]> {
  const before = await signaturesOf(client, file.name);
  await client.query('savepoint function');
  try {
    await run(client, file, 'migrations/functions');
  } catch (error) {
    const { code } = error as pg.DatabaseError;
    if (before.length === 0 || (code !== INVALID_FUNCTION_DEFINITION && code !== AMBIGUOUS_FUNCTION))
      throw error;
    await client.query('rollback to savepoint function');
    // A migration may be about to take it from what depends on it: it goes at the end.
    const former = `former_${file.name}`;
    for (const signature of before) await client.query(`alter routine ${signature} rename to ${former}`);
    await run(client, file, 'migrations/functions');
    return signaturesOf(client, former);
  }
  await client.query('release savepoint function');
  const after = await signaturesOf(client, file.name);
  return after.length > before.length ? before : [];
}

async function signaturesOf(client: pg.Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ signature: string }>(
    `select oid::regprocedure::text as signature from pg_proc
     where pronamespace = current_schema()::regnamespace and proname = $1 order by oid`,
    [name],
  );
  return rows.map(({ signature }) => signature);
}

async function dropRemoved(
  client: pg.Client,
  applied: readonly string[],
  files: readonly SqlFile[],
): Promise<void> {
  for (const name of applied.filter((known) => !files.some((file) => file.name === known))) {
    for (const signature of await signaturesOf(client, name)) await client.query(`drop routine ${signature}`);
    await client.query('delete from applied_functions where name = $1', [name]);
  }
}

/** Runs a file. A database error names the file. */
async function run(client: pg.Client, { name, text }: SqlFile, directory: string): Promise<void> {
  try {
    await client.query(text);
  } catch (error) {
    if (error instanceof Error) error.message = `${directory}/${name}.sql: ${error.message}`;
    throw error;
  }
}
