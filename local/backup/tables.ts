import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { StartError } from 'template-runner/start-error';

interface SavedTable {
  readonly name: string;
  /** Generated columns are not among them. */
  readonly columns: readonly string[];
}

interface SavedSequence {
  readonly name: string;
  readonly value: string;
  readonly isCalled: boolean;
}

/** The description of the database in a backup. */
export interface SavedDatabase {
  readonly tables: readonly SavedTable[];
  readonly sequences: readonly SavedSequence[];
  /** The migrations that made the tables: name and SHA-256. */
  readonly migrations: Readonly<Record<string, string>>;
  /** The first transaction number that was free. */
  readonly nextXact: string;
}

const SCHEMA = 'vestry';
/** The tables that the migrator itself writes. */
const OF_THE_MIGRATOR = ['applied_migrations', 'applied_functions'];
/** Numbers are used up at some 50,000 a second. */
const MAX_XACTS_AHEAD = 50_000_000n;

const quoted = (name: string): string => `${SCHEMA}.${pg.escapeIdentifier(name)}`;
const listed = (columns: readonly string[]): string => columns.map(pg.escapeIdentifier).join(', ');

/**
 * Writes every table as of one instant, a file each in `directory`. `meanwhile` runs at that instant, while no export of the audit trail can
 * begin or end: its digests and their rows are saved together.
 */
export async function exportTables(
  client: pg.Client,
  directory: string,
  meanwhile: () => void,
): Promise<SavedDatabase> {
  await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
  await client.query('begin isolation level repeatable read');
  // Nothing is read before: the instant is that of the first statement that reads.
  await client.query(`lock table ${SCHEMA}.audit_exports in share mode`);
  const tables = await listTables(client);
  const { rows: sequences } = await client.query<SavedSequence>(
    `select sequencename as name, coalesce(last_value, start_value)::text as value, last_value is not null as "isCalled"
       from pg_sequences where schemaname = $1 order by 1`,
    [SCHEMA],
  );
  const { rows } = await client.query<{ next: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
  );
  const migrations = await readMigrations(client);
  meanwhile();
  for (const { name, columns } of tables)
    await pipeline(
      client.query(copyTo(`copy ${quoted(name)} (${listed(columns)}) to stdout`)),
      createWriteStream(fileOf(directory, name), { mode: 0o600 }),
    );
  await client.query('commit');
  return { tables, sequences, migrations, nextXact: rows[0]?.next ?? '0' };
}

/**
 * Fills a database that this release has migrated. Its own rows go; triggers and foreign keys don't fire, as every row has passed them once.
 * Throws `StartError` when the tables were made from other migrations.
 */
export async function importTables(
  client: pg.Client,
  directory: string,
  { tables, sequences, migrations, nextXact }: SavedDatabase,
): Promise<void> {
  refuseOther(migrations, await readMigrations(client));
  await client.query('set statement_timeout = 0; set lock_timeout = 0; set synchronous_commit = off');
  await client.query('begin');
  await client.query('set local session_replication_role = replica');
  await client.query(`truncate ${tables.map(({ name }) => quoted(name)).join(', ')}`);
  for (const { name, columns } of tables)
    await pipeline(
      createReadStream(fileOf(directory, name)),
      client.query(copyFrom(`copy ${quoted(name)} (${listed(columns)}) from stdin`)),
    );
  for (const { name, value, isCalled } of sequences)
    await client.query('select setval($1::regclass, $2, $3)', [quoted(name), value, isCalled]);
  await client.query('commit');
  await advanceXacts(client, BigInt(nextXact));
  await client.query(`analyze`);
}

/**
 * Uses up transaction numbers until those of the saved rows are in the past: the exporter of the audit trail takes what is settled by these
 * numbers, and a new server begins at the lowest.
 */
async function advanceXacts(client: pg.Client, next: bigint): Promise<void> {
  const { rows } = await client.query<{ next: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
  );
  if (next - BigInt(rows[0]?.next ?? 0) > MAX_XACTS_AHEAD)
    throw new StartError(`the backup is of a server with ${next} transactions: too many to be made up for`);
  await client.query(
    `do $$ begin while pg_current_xact_id() < '${next}'::xid8 loop commit; end loop; end $$`,
  );
}

async function listTables(client: pg.Client): Promise<SavedTable[]> {
  const { rows } = await client.query<SavedTable>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relpersistence = 'p' and c.relname <> all ($2)
        and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      group by c.relname order by 1`,
    [SCHEMA, OF_THE_MIGRATOR],
  );
  return rows;
}

async function readMigrations(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    `select name, sha256 from ${SCHEMA}.applied_migrations order by name`,
  );
  return Object.fromEntries(rows.map(({ name, sha256 }) => [name, sha256]));
}

function refuseOther(
  saved: Readonly<Record<string, string>>,
  applied: Readonly<Record<string, string>>,
): void {
  const names = [...new Set([...Object.keys(saved), ...Object.keys(applied)])].sort();
  const other = names.find((name) => saved[name] !== applied[name]);
  if (other === undefined) return;
  throw new StartError(
    `the backup was made by another release, which differs in the migration ${other}: restore it with that release, then start this one`,
  );
}

function fileOf(directory: string, table: string): string {
  return join(directory, `${table}.copy`);
}
