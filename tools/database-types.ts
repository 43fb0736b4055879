import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { generate as generateTypes, getDialect, TypeScriptSerializer } from 'kysely-codegen';
import pg from 'pg';
import { startPostgres } from '#local/postgres/postgres.ts';
import { migrate } from '#platform/db/migrate.ts';
import { generate } from './generated-file.ts';

/** `npm run database-types`: the tables as TypeScript, read from a database that was just migrated. */

const directory = mkdtempSync(join(tmpdir(), 'vestry-types-'));
const { connection, stop } = await startPostgres({
  dataDir: directory,
  logFile: join(directory, 'postgres.log'),
  fsync: false,
  warn: console.error,
});
try {
  await migrate({ ...connection, directory: join(import.meta.dirname, '../migrations') });
  const pool = new pg.Pool({ ...connection, options: '-c search_path=vestry' });
  // The server says goodbye to idle connections when it stops.
  pool.on('error', () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const types = await generateTypes({
    db,
    dialect: getDialect('postgres', { dateParser: 'string' }),
    defaultSchemas: ['vestry'],
    excludePattern: 'vestry.applied_*',
    // As the driver's parsers in shared/platform/db/pool.ts give them: no float anywhere.
    typeMapping: { int8: 'bigint', numeric: 'string' },
    serializer: new TypeScriptSerializer(),
  });
  await db.destroy();
  generate('shared/generated/database.ts', types, 'npm run database-types');
} finally {
  await stop();
  rmSync(directory, { recursive: true, force: true });
}
