import pg from 'pg';
import { LOCKS } from '#kernel/locks.ts';
import { type AppliedSchema, applySchema } from './apply-schema.ts';
import { APP_ROLE, OWNER_ROLE, REPORT_ROLE, SYSTEM_ROLE } from './roles.ts';

export interface MigrateOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** May create roles: the superuser locally, the cluster's master user on AWS. */
  readonly user: string;
  readonly password: string;
  readonly ssl: boolean;
  /** The directory with the `.sql` files. */
  readonly directory: string;
  /** The names of migrations that this environment leaves out for now. @default none */
  readonly except?: readonly string[];
  /** Password of the application roles; absent on AWS, where they sign in with IAM tokens. */
  readonly rolePassword?: string;
}

const SCHEMA = 'vestry';

/**
 * Creates the database roles and brings tables and functions up to date as `vestry_owner`, all of it or nothing. Forward only.
 * Concurrent runs wait for each other. Throws `OutdatedSchemaError` when the database was made from other migrations.
 */
export async function migrate(options: MigrateOptions): Promise<AppliedSchema> {
  const { host, port, database, user, password, ssl } = options;
  const client = new pg.Client({
    host,
    port,
    database,
    user,
    password,
    ssl: ssl ? { rejectUnauthorized: true } : false,
  });
  // A connection that is lost fails the statement that runs on it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // Held until the connection ends.
    await client.query('select pg_advisory_lock($1)', [LOCKS.migrator]);
    await prepareRoles(client, database, options.rolePassword);
    await client.query(`set role ${OWNER_ROLE}`);
    await client.query(`set search_path = ${SCHEMA}`);
    return await applySchema(client, { directory: options.directory, except: options.except ?? [] });
  } finally {
    await client.end();
  }
}

async function prepareRoles(
  client: pg.Client,
  database: string,
  rolePassword: string | undefined,
): Promise<void> {
  for (const role of [OWNER_ROLE, APP_ROLE, SYSTEM_ROLE, REPORT_ROLE]) {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
    if (rowCount === 0)
      await client.query(`create role ${role} nosuperuser nocreatedb nocreaterole nobypassrls`);
  }
  const onAws = (await client.query(`select from pg_roles where rolname = 'rds_iam'`)).rowCount === 1;
  for (const role of [APP_ROLE, SYSTEM_ROLE, REPORT_ROLE]) {
    await client.query(`alter role ${role} login`);
    if (rolePassword !== undefined)
      await client.query(`alter role ${role} password ${pg.escapeLiteral(rolePassword)}`);
    else if (onAws) await client.query(`grant rds_iam to ${role}`);
  }
  await client.query(`grant ${OWNER_ROLE} to current_user`);
  await client.query(`grant create, temporary on database ${pg.escapeIdentifier(database)} to ${OWNER_ROLE}`);
  await client.query(`grant connect, temporary on database ${pg.escapeIdentifier(database)} to ${APP_ROLE}`);
  await client.query(`create schema if not exists ${SCHEMA} authorization ${OWNER_ROLE}`);
  await client.query(`grant usage on schema ${SCHEMA} to ${APP_ROLE}, ${SYSTEM_ROLE}, ${REPORT_ROLE}`);
  await client.query('revoke create on schema public from public');
}
