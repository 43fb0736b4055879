import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseConnection } from '#local/postgres/postgres.ts';
import { closePools } from '#platform/db/pool.ts';
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

/**
 * Creates a migrated database for one test file, and sets the environment variables by which the code under test
 * finds it. Call it in `beforeAll` and `close` it in `afterAll`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name} template ${TEMPLATE_DATABASE}`);
  const connection = { ...server, database: name };
  Object.assign(process.env, {
    VESTRY_ENVIRONMENT: 'test',
    AWS_REGION: 'us-east-1',
    DATABASE_HOST: server.host,
    DATABASE_PORT: String(server.port),
    DATABASE_NAME: name,
    DATABASE_PASSWORD: ROLE_PASSWORD,
    DATABASE_SSL: 'off',
  });
  const options = '-c search_path=vestry -c timezone=UTC';
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
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}

async function onServer(server: DatabaseConnection, statement: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
