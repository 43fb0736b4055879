import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { APP_ROLE, OWNER_ROLE, REPORT_ROLE, SYSTEM_ROLE } from './roles.ts';

export interface MigrateOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** May create roles: the superuser locally, the cluster's master user on AWS. */
  readonly user: string;
  readonly password: string;
  readonly ssl: boolean;
  /** Where the `.sql` files are. */
  readonly directory: string;
  /** Whether the tables of the mock bank are made. @default true */
  readonly mockBank?: boolean;
  /** Password of the application roles; absent on AWS, where they sign in with IAM tokens. */
  readonly rolePassword?: string;
}

const SCHEMA = 'vestry';
/** Environments that pay through a real bank are without it. */
const MOCK_BANK = '_mock_bank.sql';

/**
 * Creates the database roles and brings the schema up to date, each migration in a transaction, as `vestry_owner`.
 * Forward only. Concurrent runs wait for each other (the migrator's lock).
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const { host, port, database, user, password, ssl } = options;
  const pool = new pg.Pool({
    host,
    port,
    database,
    user,
    password,
    ssl: ssl ? { rejectUnauthorized: true } : false,
    max: 1,
  });
  const db = new Kysely<Record<string, never>>({ dialect: new PostgresDialect({ pool }) });
  try {
    await prepareRoles(pool, database, options.rolePassword);
    await pool.query(`set role ${OWNER_ROLE}`);
    await pool.query(`set search_path = ${SCHEMA}`);
    const migrator = new Migrator({
      db,
      provider: { getMigrations: () => readMigrations(options.directory, options.mockBank ?? true) },
      // An environment may come by its mock bank later.
      allowUnorderedMigrations: true,
      migrationTableSchema: SCHEMA,
    });
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    return { applied: results.map((result) => result.migrationName) };
  } finally {
    await db.destroy();
  }
}

async function readMigrations(directory: string, mockBank: boolean): Promise<Record<string, Migration>> {
  const files = (await readdir(directory))
    .filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name) && (mockBank || !name.endsWith(MOCK_BANK)))
    .sort();
  const migrations: Record<string, Migration> = {};
  for (const file of files) {
    const text = await readFile(join(directory, file), 'utf8');
    migrations[file.replace(/\.sql$/, '')] = { up: async (db) => void (await sql.raw(text).execute(db)) };
  }
  return migrations;
}

async function prepareRoles(
  pool: pg.Pool,
  database: string,
  rolePassword: string | undefined,
): Promise<void> {
  for (const role of [OWNER_ROLE, APP_ROLE, SYSTEM_ROLE, REPORT_ROLE]) {
    const { rowCount } = await pool.query('select from pg_roles where rolname = $1', [role]);
    if (rowCount === 0)
      await pool.query(`create role ${role} nosuperuser nocreatedb nocreaterole nobypassrls`);
  }
  const onAws = (await pool.query(`select from pg_roles where rolname = 'rds_iam'`)).rowCount === 1;
  for (const role of [APP_ROLE, SYSTEM_ROLE, REPORT_ROLE]) {
    await pool.query(`alter role ${role} login`);
    if (rolePassword !== undefined)
      await pool.query(`alter role ${role} password ${pg.escapeLiteral(rolePassword)}`);
    else if (onAws) await pool.query(`grant rds_iam to ${role}`);
  }
  await pool.query(`grant ${OWNER_ROLE} to current_user`);
  await pool.query(`grant create, temporary on database ${pg.escapeIdentifier(database)} to ${OWNER_ROLE}`);
  await pool.query(`grant connect, temporary on database ${pg.escapeIdentifier(database)} to ${APP_ROLE}`);
  await pool.query(`create schema if not exists ${SCHEMA} authorization ${OWNER_ROLE}`);
  await pool.query(`grant usage on schema ${SCHEMA} to ${APP_ROLE}, ${SYSTEM_ROLE}, ${REPORT_ROLE}`);
  await pool.query('revoke create on schema public from public');
}
