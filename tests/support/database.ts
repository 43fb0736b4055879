import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type DatabaseConnection, startPostgres } from '#local/postgres/postgres.ts';
import { migrate } from '#platform/db/migrate.ts';
import { closePools } from '#platform/db/pool.ts';
import { type TenantId, uuidV7 } from '#platform/ids.ts';
import type { TenantType } from '#platform/roles.ts';

const ROLE_PASSWORD = 'of-the-test-roles';

export interface TestDatabase {
  /** As superuser. */
  readonly connection: DatabaseConnection;
  /** What `#platform/environment.ts` reads to reach the database; assigned to `process.env` already. */
  readonly environment: Readonly<Record<string, string>>;
  /** Connections of the superuser, who sees every tenant, with the schema on their path. */
  readonly superuser: pg.Pool;
  /** A tenant with a slug of its own unless one is given. */
  createTenant(type: TenantType, slug?: string): Promise<TenantId>;
  stop(): Promise<void>;
}

/** A real Postgres in a temporary directory, migrated; our own code reaches it as the restricted role. */
export async function startTestDatabase({ fsync = false } = {}): Promise<TestDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'vestry-test-'));
  const { connection, stop } = await startPostgres({
    dataDir: directory,
    logFile: join(directory, 'postgres.log'),
    fsync,
    warn: console.warn,
  });
  await migrate({
    ...connection,
    directory: join(import.meta.dirname, '../../migrations'),
    rolePassword: ROLE_PASSWORD,
  });
  const environment = {
    DATABASE_HOST: connection.host,
    DATABASE_PORT: String(connection.port),
    DATABASE_NAME: connection.database,
    DATABASE_PASSWORD: ROLE_PASSWORD,
    DATABASE_SSL: 'off',
  };
  Object.assign(process.env, environment);
  const superuser = new pg.Pool({ ...connection, max: 4, options: '-c search_path=vestry -c timezone=UTC' });
  superuser.on('error', () => undefined);
  return {
    connection,
    environment,
    superuser,
    createTenant: async (type, slug) => {
      const id = uuidV7<TenantId>();
      await superuser.query('insert into tenants (id, slug, name, type) values ($1, $2, $2, $3)', [
        id,
        slug ?? `t-${id.slice(-12)}`,
        type,
      ]);
      return id;
    },
    stop: async () => {
      await closePools();
      await superuser.end();
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
