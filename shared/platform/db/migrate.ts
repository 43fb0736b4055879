import pg from 'pg';
import { LOCKS } from '#kernel/locks.ts';
import { type AppliedSchema, applySchema } from './apply-schema.ts';
import { prepareDatabase, SCHEMA } from './prepare-database.ts';
import { OWNER_ROLE } from './roles.ts';

export interface MigrateOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Owns the database and may create roles: the superuser locally, the cluster's master user on AWS. */
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
    // The defaults of the database are made for functions.
    await client.query('set statement_timeout = 0; set lock_timeout = 0');
    // Held until the connection ends.
    await client.query('select pg_advisory_lock($1)', [LOCKS.migrator]);
    await prepareDatabase(client, database, options.rolePassword);
    await client.query(`set role ${OWNER_ROLE}`);
    await client.query(`set search_path = ${SCHEMA}`);
    return await applySchema(client, { directory: options.directory, except: options.except ?? [] });
  } finally {
    await client.end();
  }
}
