import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startDatabaseProxy } from 'template-runner/database-proxy';
import { startPostgres } from '#local/postgres/postgres.ts';
import { migrate } from '#platform/db/migrate.ts';
import { closePools } from '#platform/db/pool.ts';

const ROLE_PASSWORD = 'only-for-benchmarks';

interface ConnectOptions {
  /** Whether the stand-in is left out. @default false */
  readonly direct?: boolean;
}

export interface BenchDatabase {
  /** A pool of the superuser, to arrange data. */
  readonly admin: pg.Pool;
  /** A connection of the application role, through the stand-in for RDS Proxy like those of our code. */
  connectAsApp(options?: ConnectOptions): Promise<pg.Client>;
  /** The same of the superuser, for the limit that a path is compared with. */
  connectAsAdmin(options?: ConnectOptions): Promise<pg.Client>;
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
  const proxy = await startDatabaseProxy({ host: connection.host, port: connection.port, tls: false });
  await migrate({
    ...connection,
    directory: join(import.meta.dirname, '../../migrations'),
    rolePassword: ROLE_PASSWORD,
  });
  Object.assign(process.env, {
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    VESTRY_ENVIRONMENT: 'bench',
    AWS_REGION: 'us-east-1',
    DATABASE_HOST: proxy.host,
    DATABASE_PORT: String(proxy.port),
    DATABASE_NAME: connection.database,
    DATABASE_PASSWORD: ROLE_PASSWORD,
    DATABASE_SSL: 'off',
    REQUESTS_PER_USER: '1000000',
    REQUESTS_PER_TENANT: '1000000',
    REQUESTS_PER_SOURCE: '1000000',
  });
  const options = '-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0';
  const admin = new pg.Pool({ ...connection, max: 4, options });
  admin.on('error', () => undefined);
  const connect = async (
    { direct = false }: ConnectOptions = {},
    more: pg.ClientConfig = {},
  ): Promise<pg.Client> => {
    const { host, port } = direct ? connection : proxy;
    const client = new pg.Client({ ...connection, host, port, ...more });
    await client.connect();
    await client.query('set statement_timeout = 0');
    return client;
  };
  return {
    admin,
    connectAsApp: (options) => connect(options, { user: 'vestry_app', password: ROLE_PASSWORD }),
    connectAsAdmin: connect,
    close: async () => {
      await closePools();
      await admin.end();
      await proxy.close();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
