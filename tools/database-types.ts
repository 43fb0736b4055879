import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import {
  generate as generateTypes,
  getDialect,
  RawExpressionNode,
  TypeScriptSerializer,
} from 'kysely-codegen';
import pg from 'pg';
import { startPostgres } from '#local/postgres/postgres.ts';
import { migrate } from '#platform/db/migrate.ts';
import { generate } from './generated-file.ts';

/** `npm run database-types`: the tables as TypeScript, read from a database that was just migrated. */

const directory = mkdtempSync(join(tmpdir(), 'vestry-types-'));
// Postgres runs as nobody when we are root, and would have its files elsewhere if it could not reach these.
chmodSync(directory, 0o711);
const { connection, stop } = await startPostgres({
  dataDir: directory,
  logFile: join(directory, 'postgres.log'),
  fsync: false,
  warn: console.error,
});
try {
  await migrate({ ...connection, directory: join(import.meta.dirname, '../migrations') });
  const pool = new pg.Pool({ ...connection, options: '-c search_path=vestry' });
  // The server emits an error on idle connections when it stops.
  pool.on('error', () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const types = await generateTypes({
    db,
    dialect: getDialect('postgres', { dateParser: 'string' }),
    defaultSchemas: ['vestry'],
    excludePattern: 'vestry.applied_*',
    // The types are those that the driver's parsers in shared/platform/db/pool.ts return: no float anywhere.
    typeMapping: { int8: 'bigint', numeric: 'string' },
    overrides: { columns: await wordsByColumn(pool) },
    serializer: new TypeScriptSerializer(),
  });
  await db.destroy();
  generate('shared/generated/database.ts', types, 'npm run database-types');
} finally {
  await stop();
  rmSync(directory, { recursive: true, force: true });
}

/**
 * Returns the type of every text column whose check constraint lists its words: `status in ('ACTIVE', 'CLOSED')`
 * becomes `'ACTIVE' | 'CLOSED'`. Only the catalogue lists a column's words; where a row becomes an answer, the
 * compiler checks that the domain's own words are the same.
 */
async function wordsByColumn(pool: pg.Pool): Promise<Record<string, RawExpressionNode>> {
  const { rows } = await pool.query<{ column: string; required: boolean; defaulted: boolean; check: string }>(
    `select format('%s.%s', c.relname, a.attname) as column, a.attnotnull as required, a.atthasdef as defaulted,
            pg_get_constraintdef(k.oid) as check
       from pg_constraint k
       join pg_class c on c.oid = k.conrelid
       join pg_attribute a on a.attrelid = c.oid and array[a.attnum] = k.conkey
      where k.contype = 'c' and c.relnamespace = 'vestry'::regnamespace and a.atttypid = 'text'::regtype
      order by 1`,
  );
  return Object.fromEntries(
    rows.flatMap(({ column, required, defaulted, check }) => {
      const list = /^CHECK \(\(\w+ = ANY \(ARRAY\[(('[^']*'::text(, )?)+)\]\)\)\)$/.exec(check)?.[1];
      if (list === undefined) return [];
      const words = list.match(/'[^']*'/g) ?? [];
      const type = words.join(' | ');
      // A nullable column's `null` is added by the generator, and makes it optional as a default would.
      return [[column, new RawExpressionNode(required && defaulted ? `Generated<${type}>` : type)]];
    }),
  );
}
