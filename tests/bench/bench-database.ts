import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '#local/postgres/postgres.ts';
import { migrate } from '#platform/db/migrate.ts';
import { closePools } from '#platform/db/pool.ts';

const ROLE_PASSWORD = 'only-for-benchmarks';

export interface BenchDatabase {
  /** A pool of the superuser, to arrange data. */
  readonly admin: pg.Pool;
  /** A connection of the application role. */
  connectAsApp(): Promise<pg.Client>;
  close(): Promise<void>;
}

/** A migrated Postgres of its own, as durable as a real one, and the environment variables by which our code finds it. */
export async function benchDatabase(): Promise<BenchDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'vestry-bench-'));
  const server = await startPostgres({
    dataDir: directory,
    logFile: join(directory, 'postgres.log'),
    warn: console.error,
  });
  const { connection } = server;
  await migrate({
    ...connection,
    directory: join(import.meta.dirname, '../../migrations'),
    rolePassword: ROLE_PASSWORD,
  });
  Object.assign(process.env, {
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    VESTRY_ENVIRONMENT: 'bench',
    AWS_REGION: 'us-east-1',
    DATABASE_HOST: connection.host,
    DATABASE_PORT: String(connection.port),
    DATABASE_NAME: connection.database,
    DATABASE_PASSWORD: ROLE_PASSWORD,
    DATABASE_SSL: 'off',
  });
  const options = '-c search_path=vestry -c timezone=UTC';
  const admin = new pg.Pool({ ...connection, max: 4, options });
  admin.on('error', () => undefined);
  return {
    admin,
    connectAsApp: async () => {
      const client = new pg.Client({ ...connection, user: 'vestry_app', password: ROLE_PASSWORD, options });
      await client.connect();
      return client;
    },
    close: async () => {
      await closePools();
      await admin.end();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
