import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { StartError } from 'template-runner/start-error';
import { SCHEMA } from '#platform/db/prepare-database.ts';
import { APP_ROLE } from '#platform/db/roles.ts';
import { dataPaths } from './data-directory.ts';
import { type DatabaseConnection, parseDatabaseUrl } from './postgres/postgres.ts';

/**
 * A database of `--database-url` belongs to the data directory that first named it, and its server to one platform: the
 * database roles are the server's, and their password is in the data directory.
 */

const WRONG_PASSWORD = '28P01';

/** Returns the URL that the directory keeps its data at; undefined if it has no such database. */
function rememberedDatabaseUrl(dataDir: string): string | undefined {
  const path = dataPaths(dataDir).databaseUrl;
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/**
 * Returns the database that a start uses: the one named, or else the one that the directory was first started with; undefined
 * for the embedded one. Throws `StartError` when the directory, or the database, is another's.
 */
export async function chooseDatabase(
  dataDir: string,
  named: string | undefined,
  rolePassword: string,
): Promise<DatabaseConnection | undefined> {
  const known = rememberedDatabaseUrl(dataDir);
  const url = named ?? known;
  if (url === undefined) return undefined;
  const database = parseDatabaseUrl(url);
  if (known !== undefined) refuseOther(dataDir, parseDatabaseUrl(known), database);
  else if (existsSync(join(dataDir, 'postgres.json')))
    throw new StartError(
      `${resolve(dataDir)} keeps its data in a Postgres of its own: leave --database-url out, choose another --data directory, or forget this one with --reset`,
    );
  await onDatabase(database, async (client) => {
    if (known === undefined) await refuseUsed(client, database);
    await refuseRolesOfAnother(client, database, rolePassword);
  });
  writeFileSync(dataPaths(dataDir).databaseUrl, `${url}\n`, { mode: 0o600 });
  return database;
}

/** Drops what the directory has in its database. The directory must be locked by the caller. */
export async function forgetDatabase(dataDir: string): Promise<void> {
  const known = rememberedDatabaseUrl(dataDir);
  if (known === undefined) return;
  await onDatabase(parseDatabaseUrl(known), async (client) => {
    await client.query(`drop schema if exists ${SCHEMA} cascade`);
  });
}

const nameOf = ({ database, host, port }: DatabaseConnection): string => `${database} at ${host}:${port}`;

function refuseOther(dataDir: string, known: DatabaseConnection, named: DatabaseConnection): void {
  if (nameOf(known) === nameOf(named)) return;
  throw new StartError(
    `${resolve(dataDir)} keeps its data in the database ${nameOf(known)}, not in ${nameOf(named)}: leave --database-url out, choose another --data directory, or forget this one with --reset`,
  );
}

async function refuseUsed(client: pg.Client, database: DatabaseConnection): Promise<void> {
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [SCHEMA]);
  if (rowCount === 0) return;
  throw new StartError(
    `the database ${nameOf(database)} holds the data of another data directory: start with that one, name another database, or drop its schema ${SCHEMA}`,
  );
}

async function refuseRolesOfAnother(
  client: pg.Client,
  database: DatabaseConnection,
  rolePassword: string,
): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    `select distinct d.datname from pg_shdepend s
       join pg_database d on d.oid = s.dbid
       join pg_roles r on s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid
     where r.rolname = $1 and d.datname <> current_database() order by 1`,
    [APP_ROLE],
  );
  const [other] = rows;
  if (other === undefined || (await signsIn(database, rolePassword))) return;
  throw new StartError(
    `the server ${database.host}:${database.port} is used by another platform, in its database ${other.datname}: both would have the database roles of the one server, with two passwords. Name a server of its own, or drop that database`,
  );
}

async function signsIn(database: DatabaseConnection, password: string): Promise<boolean> {
  try {
    await onDatabase({ ...database, user: APP_ROLE, password }, async () => undefined);
    return true;
  } catch (error) {
    if ((error as pg.DatabaseError).code === WRONG_PASSWORD) return false;
    throw error;
  }
}

async function onDatabase(
  { ssl, ...connection }: DatabaseConnection,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ ...connection, ssl: ssl ? { rejectUnauthorized: true } : false });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    if ((error as pg.DatabaseError).code === WRONG_PASSWORD && connection.user === APP_ROLE) throw error;
    const { message, code } = error as NodeJS.ErrnoException;
    throw new StartError(
      `the database at ${connection.host}:${connection.port} can't be reached: ${message || code}`,
    );
  }
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
