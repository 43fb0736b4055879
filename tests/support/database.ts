import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseConnection } from '#local/postgres/postgres.ts';
import { closePools } from '#platform/db/pool.ts';
import { limitDatabase } from '#platform/db/prepare-database.ts';
import { APP_ROLE } from '#platform/db/roles.ts';
import { ROLE_PASSWORD, TEMPLATE_DATABASE } from './postgres-server.ts';

export interface TestDatabase {
  /**
   * A pool of the superuser, who bypasses row-level security, to arrange data and to look at it. `search_path` is the
   * schema.
   */
  readonly admin: pg.Pool;
  readonly connection: DatabaseConnection;
  /** A connection of the restricted application role. */
  connectAsApp(): Promise<pg.Client>;
  close(): Promise<void>;
}

/** Quotas that no test reaches which isn't about them. */
const UNLIMITED = {
  REQUESTS_PER_USER: '1000000',
  REQUESTS_PER_TENANT: '1000000',
  REQUESTS_PER_SOURCE: '1000000',
};

/**
 * Creates a migrated database for one test file, and sets the environment variables by which the code under test
 * finds it. Call it in `beforeAll` and `close` it in `afterAll`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = inject('postgres');
  const proxy = inject('proxy');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, async (client) => {
    await client.query(`create database ${name} template ${TEMPLATE_DATABASE}`);
    await limitDatabase(client, name);
  });
  const connection = { ...server, database: name };
  Object.assign(process.env, {
    VESTRY_ENVIRONMENT: 'test',
    AWS_REGION: 'us-east-1',
    DATABASE_HOST: proxy.host,
    DATABASE_PORT: String(proxy.port),
    DATABASE_NAME: name,
    DATABASE_PASSWORD: ROLE_PASSWORD,
    DATABASE_SSL: 'off',
    ...UNLIMITED,
  });
  // Tests arrange and look at data on the server itself, and take what time they need.
  const options = '-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0';
  const admin = new pg.Pool({ ...connection, max: 4, options });
  admin.on('error', () => undefined);
  return {
    admin,
    connection,
    connectAsApp: async () => {
      const client = new pg.Client({ ...connection, user: APP_ROLE, password: ROLE_PASSWORD, options });
      await client.connect();
      return client;
    },
    close: async () => {
      await closePools();
      await admin.end();
      await onServer(server, (client) => client.query(`drop database ${name} with (force)`));
    },
  };
}

async function onServer(
  server: DatabaseConnection,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
