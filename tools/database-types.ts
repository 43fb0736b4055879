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

/** Events of ours, which no check of the database lists: a new event needs no migration. */
const EVENTS = {
  'webhook_deliveries.type': new RawExpressionNode('EventType | "webhook.test"'),
  'webhooks.events': new RawExpressionNode('EventType[]'),
};

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
  const views = await columnsOfViews(pool);
  const types = await generateTypes({
    db,
    dialect: dialectWith(views),
    defaultSchemas: ['vestry'],
    excludePattern: 'vestry.applied_*',
    // The types are those that the driver's parsers in shared/platform/db/pool.ts return: no float anywhere.
    typeMapping: { int8: 'bigint', numeric: 'string' },
    overrides: {
      columns: {
        ...(await wordsByColumn(pool, views)),
        ...(await days(pool)),
        ...(await tenants(pool)),
        ...EVENTS,
      },
    },
    serializer: new TypeScriptSerializer(),
  });
  await db.destroy();
  generate('shared/generated/database.ts', withImports(types), 'npm run database-types');
} finally {
  await stop();
  rmSync(directory, { recursive: true, force: true });
}

/** The generator imports nothing for the types that overrides spell out. */
function withImports(types: string): string {
  const imports = [
    'import type { EventType } from "#contracts/event-types.ts";',
    'import type { Day } from "#kernel/calendar.ts";',
    'import type { TenantId } from "#kernel/ids.ts";',
  ];
  return types.replace(/^import /m, `${imports.join('\n')}\n$&`);
}

/** Returns the type of every date: the driver hands over a `Day`, and takes any text of one. */
async function days(pool: pg.Pool): Promise<Record<string, RawExpressionNode>> {
  const { rows } = await pool.query<{ column: string; defaulted: boolean }>(
    `select format('%s.%s', c.relname, a.attname) as column, a.atthasdef as defaulted
       from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'vestry'::regnamespace and c.relkind in ('r', 'v') and a.atttypid = 'date'::regtype
      order by 1`,
  );
  return Object.fromEntries(
    rows.map(({ column, defaulted }) => [
      column,
      new RawExpressionNode(`ColumnType<Day, string${defaulted ? ' | undefined' : ''}, string>`),
    ]),
  );
}

/** Returns the type of every column that names a tenant. */
async function tenants(pool: pg.Pool): Promise<Record<string, RawExpressionNode>> {
  const { rows } = await pool.query<{ column: string; nullable: boolean; defaulted: boolean }>(
    `select format('%s.%s', c.relname, a.attname) as column,
            c.relkind <> 'v' and not a.attnotnull as nullable, a.atthasdef as defaulted
       from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'vestry'::regnamespace and c.relkind in ('r', 'v', 'p') and a.attname = 'tenant_id'
      order by 1`,
  );
  return Object.fromEntries(
    rows.map(({ column, nullable, defaulted }) => {
      const none = nullable ? ' | null' : '';
      const left = nullable || defaulted ? ' | undefined' : '';
      return [column, new RawExpressionNode(`ColumnType<TenantId${none}, string${none}${left}, string>`)];
    }),
  );
}

interface ViewColumn {
  /** Both are named as `table.column`. */
  readonly column: string;
  readonly source: string;
  readonly required: boolean;
}

/** Lists the columns of views over one table, with those that they show: Postgres takes every column of a view for nullable. */
async function columnsOfViews(pool: pg.Pool): Promise<readonly ViewColumn[]> {
  const { rows } = await pool.query<ViewColumn>(
    `with shown as (
       select distinct v.oid as view, v.relname as name, d.refobjid as source, d.refobjsubid as number
       from pg_class v join pg_rewrite r on r.ev_class = v.oid
         join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
           and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
       where v.relkind = 'v' and v.relnamespace = 'vestry'::regnamespace)
     select format('%s.%s', s.name, a.attname) as column, format('%s.%s', c.relname, a.attname) as source, a.attnotnull as required
     from shown s join pg_class c on c.oid = s.source and c.relkind = 'r'
       join pg_attribute a on a.attrelid = s.source and a.attnum = s.number
       join pg_attribute o on o.attrelid = s.view and o.attname = a.attname
     where (select count(distinct source) from shown other where other.view = s.view) = 1
     order by 1`,
  );
  return rows;
}

function dialectWith(views: readonly ViewColumn[]): ReturnType<typeof getDialect> {
  const required = new Set(views.filter((view) => view.required).map(({ column }) => column));
  const dialect = getDialect('postgres', { dateParser: 'string' });
  const introspect = dialect.introspector.introspect.bind(dialect.introspector);
  dialect.introspector.introspect = async (options) => {
    const metadata = await introspect(options);
    for (const table of metadata.tables)
      for (const column of table.columns)
        if (required.has(`${table.name}.${column.name}`)) column.isNullable = false;
    return metadata;
  };
  return dialect;
}

/**
 * Returns the type of every text column whose check constraint lists its words: `status in ('ACTIVE', 'CLOSED')`
 * becomes `'ACTIVE' | 'CLOSED'`. Only the catalogue lists a column's words; where a row becomes an answer, the
 * compiler checks that the domain's own words are the same.
 */
async function wordsByColumn(
  pool: pg.Pool,
  views: readonly ViewColumn[],
): Promise<Record<string, RawExpressionNode>> {
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
      const shown = views.filter(({ source }) => source === column);
      return [
        [column, new RawExpressionNode(required && defaulted ? `Generated<${type}>` : type)],
        ...shown.map((view) => [view.column, new RawExpressionNode(type)]),
      ];
    }),
  );
}
