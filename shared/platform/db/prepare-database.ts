import pg from 'pg';
import { APP_ROLE, OWNER_ROLE, REPORT_ROLE, SYSTEM_ROLE } from './roles.ts';

export const SCHEMA = 'vestry';

const LOGIN_ROLES = [APP_ROLE, SYSTEM_ROLE, REPORT_ROLE] as const;
/** Makes the roles that sign in, and is gone before anybody sees it (docs/adr/0091). */
const CREATOR_ROLE = 'vestry_creator';
/** The role whose members sign in to RDS by IAM tokens only. */
const IAM_ROLE = 'rds_iam';
const NO_RIGHTS = 'nosuperuser nocreatedb nocreaterole nobypassrls';

/**
 * The settings with which every session in the database begins, as Postgres writes them. RDS Proxy refuses settings in the start-up packet, and
 * is pinned by `set` (docs/adr/0090).
 */
const SESSION_DEFAULTS = {
  // A temporary table must not stand before one of ours.
  search_path: `${SCHEMA}, pg_temp`,
  timezone: `'UTC'`,
  // A request's function ends after 29 seconds; a job that may run for longer says so in its transactions.
  statement_timeout: `'30s'`,
  lock_timeout: `'10s'`,
  // A function that is frozen or lost in a transaction holds its locks for no longer.
  idle_in_transaction_session_timeout: `'60s'`,
} as const;

/** Sets who may connect to a database, and with what its sessions begin. Neither comes along when it is copied. */
export async function limitDatabase(client: pg.ClientBase, database: string): Promise<void> {
  const quoted = pg.escapeIdentifier(database);
  await client.query(`revoke all on database ${quoted} from public`);
  await client.query(`grant create, temporary on database ${quoted} to ${OWNER_ROLE}`);
  await client.query(`grant connect on database ${quoted} to ${LOGIN_ROLES.join(', ')}`);
  // Uploaded files are staged in temporary tables.
  await client.query(`grant temporary on database ${quoted} to ${APP_ROLE}`);
  for (const [name, value] of Object.entries(SESSION_DEFAULTS))
    await client.query(`alter database ${quoted} set ${name} to ${value}`);
}

/** The databases that every cluster has. Nobody but their owner has a use for them; what is theirs to close is closed. */
async function closeOtherDatabases(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select datname as name from pg_database where datname in ('postgres', 'template1') and pg_has_role(datdba, 'usage')`,
  );
  for (const { name } of rows)
    await client.query(`revoke all on database ${pg.escapeIdentifier(name)} from public`);
}

/**
 * Creates what migrations rely on: the roles, the schema, the rights of the one on the other, and the defaults of sessions. The
 * user owns the database and may create roles; he needn't be a superuser, and is none on RDS.
 * @param rolePassword the password of the roles that sign in; absent on AWS, where they sign in with IAM tokens
 */
export async function prepareDatabase(
  client: pg.Client,
  database: string,
  rolePassword: string | undefined,
): Promise<void> {
  await client.query('begin');
  await createRoles(client);
  if (rolePassword !== undefined)
    for (const role of LOGIN_ROLES)
      await client.query(`alter role ${role} password ${pg.escapeLiteral(rolePassword)}`);
  await client.query(`grant ${OWNER_ROLE} to current_user`);
  await client.query(`create schema if not exists ${SCHEMA} authorization ${OWNER_ROLE}`);
  await client.query(`grant usage on schema ${SCHEMA} to ${LOGIN_ROLES.join(', ')}`);
  await client.query('revoke all on schema public from public');
  await limitDatabase(client, database);
  await closeOtherDatabases(client);
  await client.query('commit');
}

async function createRoles(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles');
  const existing = new Set(rows.map(({ rolname }) => rolname));
  if (!existing.has(OWNER_ROLE)) await client.query(`create role ${OWNER_ROLE} ${NO_RIGHTS}`);
  const missing = LOGIN_ROLES.filter((role) => !existing.has(role));
  if (missing.length === 0) return;
  if (existing.has(IAM_ROLE)) await createIamRoles(client, missing);
  else for (const role of missing) await client.query(`create role ${role} login ${NO_RIGHTS}`);
}

/**
 * Whoever creates a role becomes its member and can't give that up; a member of a role that signs in by IAM only, however
 * indirect, does so too. The master user would lose its password with the first migration. So a role creates them that
 * is dropped afterwards, and its memberships with it.
 */
async function createIamRoles(client: pg.Client, roles: readonly string[]): Promise<void> {
  await client.query(`create role ${CREATOR_ROLE} nologin createrole`);
  await client.query(`grant ${CREATOR_ROLE} to current_user with set true`);
  await client.query(`set local role ${CREATOR_ROLE}`);
  for (const role of roles) await client.query(`create role ${role} login ${NO_RIGHTS}`);
  await client.query('set local role none');
  for (const role of roles) await client.query(`grant ${IAM_ROLE} to ${role}`);
  await client.query(`drop role ${CREATOR_ROLE}`);
}
