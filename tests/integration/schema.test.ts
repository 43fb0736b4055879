import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { StartError } from 'template-runner/start-error';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { migrateDatabase } from '#local/migrate-database.ts';
import { OutdatedSchemaError } from '#platform/db/apply-schema.ts';
import { migrate } from '#platform/db/migrate.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { ROLE_PASSWORD, TEMPLATE_DATABASE } from '#tests/support/postgres-server.ts';

const MIGRATIONS = join(import.meta.dirname, '../../migrations');

/** A database of Postgres itself, without any tables. */
const EMPTY = 'template1';

const functionFiles = readdirSync(join(MIGRATIONS, 'functions')).sort();
const migrationFiles = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));
const textOf = (...path: string[]): string => readFileSync(join(MIGRATIONS, ...path), 'utf8');

const MOCK_BANK = ['0009_mock_bank', '0151_mock_bank_reversals', '0176_mock_bank_reader'];

describe('the functions of a migrated database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  async function catalogue(): Promise<{ name: string; definition: string; grants: string | null }[]> {
    const { rows } = await database.admin.query<{ name: string; definition: string; grants: string | null }>(
      `select proname as name, pg_get_functiondef(oid) as definition, proacl::text as grants
       from pg_proc where pronamespace = 'vestry'::regnamespace order by proname, oid`,
    );
    return rows;
  }

  test('have one file each, and each file has one function', async () => {
    const found = await catalogue();
    expect(found.map(({ name }) => `${name}.sql`).sort()).toEqual(functionFiles);
    for (const file of functionFiles) {
      const defined = [
        ...textOf('functions', file).matchAll(/^create or replace (?:function|procedure) (\w+)/gm),
      ];
      expect(defined.map(([, name]) => `${name}.sql`)).toEqual([file]);
    }
  });

  test('are what their files say: applying one again changes nothing', async () => {
    const before = await catalogue();
    const client = new pg.Client({ ...database.connection, options: '-c search_path=vestry' });
    await client.connect();
    try {
      await client.query('set role vestry_owner');
      for (const file of functionFiles) await client.query(textOf('functions', file));
    } finally {
      await client.end();
    }
    expect(await catalogue()).toEqual(before);
  });

  test('say of every row by whom it was created, unless its writer does', async () => {
    const { rows } = await database.admin.query<{ table: string; value: string | null }>(
      `select c.relname as table, pg_get_expr(d.adbin, d.adrelid) as value
       from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
       where c.relnamespace = 'vestry'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'created_by' order by 1`,
    );
    expect(rows.length).toBeGreaterThan(20);
    // A file may be dropped by nobody who is known.
    const other = rows.filter(({ value }) => value !== 'current_actor()').map(({ table }) => table);
    expect(other).toEqual(['uploads']);
  });

  test('are defined by no migration', () => {
    for (const file of migrationFiles)
      expect(textOf(file), file).not.toMatch(/^\s*create (or replace )?(function|procedure)/im);
  });
});

describe('migrating', () => {
  const cleanups: (() => Promise<void> | void)[] = [];
  afterAll(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  /** A database that was migrated, or an empty one, and a copy of the migrations that the test may change. */
  async function arrange(template = TEMPLATE_DATABASE) {
    const server = inject('postgres');
    const name = `test_${randomBytes(6).toString('hex')}`;
    const admin = new pg.Client(server);
    await admin.connect();
    await admin.query(`create database ${name} template ${template}`);
    const client = new pg.Client({ ...server, database: name, options: '-c search_path=vestry' });
    await client.connect();
    const directory = mkdtempSync(join(tmpdir(), 'vestry-migrations-'));
    cpSync(MIGRATIONS, directory, { recursive: true });
    cleanups.push(async () => {
      await client.end();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
      rmSync(directory, { recursive: true });
    });
    return {
      connection: { ...server, database: name },
      migrate: (except: readonly string[] = []) =>
        migrate({ ...server, database: name, directory, except, rolePassword: ROLE_PASSWORD }),
      write: (file: string, text: string) => writeFileSync(join(directory, file), text),
      remove: (file: string) => rmSync(join(directory, file)),
      query: async <T extends pg.QueryResultRow>(text: string): Promise<T[]> =>
        (await client.query<T>(text)).rows,
    };
  }

  test('two at once: one applies everything, the other finds nothing to do', async () => {
    const schema = await arrange(EMPTY);
    const [one, other] = await Promise.all([schema.migrate(), schema.migrate()]);
    const counts = [one, other].map(({ migrations, functions }) => [migrations.length, functions.length]);
    expect(counts.sort(([a = 0], [b = 0]) => a - b)).toEqual([
      [0, 0],
      [migrationFiles.length, functionFiles.length],
    ]);
  });

  test('only a function whose text has changed is applied again', async () => {
    const schema = await arrange(EMPTY);
    await schema.migrate();
    schema.write(
      'functions/ledger_lock_key.sql',
      'create or replace function ledger_lock_key(tenant uuid) returns bigint language sql immutable return 42;',
    );
    expect(await schema.migrate()).toEqual({ migrations: [], functions: ['ledger_lock_key'] });
    expect(await schema.query(`select ledger_lock_key(gen_random_uuid())::text as key`)).toEqual([
      { key: '42' },
    ]);
    expect(await schema.migrate()).toEqual({ migrations: [], functions: [] });
  });

  test('a function with other arguments or another result takes the place of the one before; one without a file goes', async () => {
    const schema = await arrange(EMPTY);
    const file = 'functions/lot_size.sql';
    const signatures = () =>
      schema.query(
        `select oid::regprocedure::text || ' ' || prorettype::regtype as is from pg_proc where proname = 'lot_size'`,
      );
    schema.write(file, 'create or replace function lot_size() returns integer language sql return 100;');
    await schema.migrate();
    schema.write(
      file,
      'create or replace function lot_size(class text) returns integer language sql return 10;',
    );
    await schema.migrate();
    expect(await signatures()).toEqual([{ is: 'lot_size(text) integer' }]);
    schema.write(
      file,
      'create or replace function lot_size(class text) returns bigint language sql return 10;',
    );
    await schema.migrate();
    expect(await signatures()).toEqual([{ is: 'lot_size(text) bigint' }]);
    schema.remove(file);
    await schema.migrate();
    expect(await signatures()).toEqual([]);
  });

  test('any function can get other parameters, also in a database that has the one before', async () => {
    const schema = await arrange();
    await schema.query('set role vestry_owner');
    const former: string[] = [];
    for (const file of functionFiles) {
      const name = file.replace(/^functions\/|\.sql$/g, '');
      const [now] = await schema.query(
        `select oid::regprocedure::text as signature from pg_proc where pronamespace = 'vestry'::regnamespace and proname = '${name}'`,
      );
      await schema.query('begin');
      try {
        await schema.query(`drop routine ${now?.signature}`);
        await schema.query(
          `create function ${name}(one text, other text) returns void language sql return null::void`,
        );
        await schema.query(`update applied_functions set sha256 = 'before' where name = '${name}'`);
        await schema.query('commit');
        former.push(now?.signature);
      } catch {
        // Tables and triggers depend on it: their migrations replace it.
        await schema.query('rollback');
      }
    }
    expect(former.length).toBeGreaterThan(30);
    const { functions } = await schema.migrate();
    expect(functions.length).toBe(former.length);
    const left = await schema.query(
      `select array_agg(oid::regprocedure::text order by 1) as signatures from pg_proc
       where pronamespace = 'vestry'::regnamespace and proname = any ('{${functions.join()}}'::text[]) or proname like 'former%'`,
    );
    expect(left[0]?.signatures.toSorted()).toEqual(former.toSorted());
  });

  test('a later migration is applied with the functions that it needs and that need it', async () => {
    const schema = await arrange(EMPTY);
    await schema.migrate();
    schema.write('9001_lots.sql', 'create table lots (size bigint not null default default_lot());');
    schema.write(
      'functions/default_lot.sql',
      'create or replace function default_lot() returns bigint language sql as $$ select coalesce(max(size), 100) from lots $$;',
    );
    expect(await schema.migrate()).toEqual({ migrations: ['9001_lots'], functions: ['default_lot'] });
    expect(await schema.query('insert into lots default values returning size::text')).toEqual([
      { size: '100' },
    ]);
  });

  test('a failure names its file and leaves everything as it was', async () => {
    const schema = await arrange(EMPTY);
    await schema.migrate();
    schema.write(
      'functions/ledger_lock_key.sql',
      'create or replace function ledger_lock_key(tenant uuid) returns bigint language sql immutable return 42;',
    );
    schema.write('9001_broken.sql', 'create table half (id integer); select from nowhere;');
    await expect(schema.migrate()).rejects.toThrow(
      'migrations/9001_broken.sql: relation "nowhere" does not exist',
    );
    expect(
      await schema.query(
        `select to_regclass('half') as half, ledger_lock_key('00000000-0000-0000-0000-000000000000') = 42 as changed`,
      ),
    ).toEqual([{ half: null, changed: false }]);
  });

  test('a function whose tables are not there is found out', async () => {
    const schema = await arrange(EMPTY);
    schema.write(
      'functions/count_lots.sql',
      'create or replace function count_lots() returns bigint language sql as $$ select count(*) from lots $$;',
    );
    await expect(schema.migrate()).rejects.toThrow(
      'migrations/functions/count_lots.sql: relation "lots" does not exist',
    );
  });

  test('an environment without the mock bank can add it later', async () => {
    const schema = await arrange(EMPTY);
    await schema.migrate(MOCK_BANK);
    expect(await schema.query(`select to_regclass('mock_bank_payments') as found`)).toEqual([
      { found: null },
    ]);
    expect(await schema.migrate()).toEqual({ migrations: MOCK_BANK, functions: [] });
  });

  test('an environment can give the mock bank up: its tables stay, and nothing is refused', async () => {
    const schema = await arrange();
    expect(await schema.migrate(MOCK_BANK)).toEqual({ migrations: [], functions: [] });
    schema.write('9001_lots.sql', 'create table lots (size bigint not null);');
    expect(await schema.migrate(MOCK_BANK)).toEqual({ migrations: ['9001_lots'], functions: [] });
    expect(await schema.query(`select to_regclass('mock_bank_payments')::text as found`)).toEqual([
      { found: 'mock_bank_payments' },
    ]);
  });

  test('a rollback puts its functions back where no migration came between, and leaves all where one did', async () => {
    const schema = await arrange(EMPTY);
    await schema.migrate();
    const file = 'functions/ledger_lock_key.sql';
    const later =
      'create or replace function ledger_lock_key(tenant uuid) returns bigint language sql immutable return 42;';
    schema.write(file, later);
    await schema.migrate();
    schema.write(file, textOf(file));
    expect(await schema.migrate()).toEqual({ migrations: [], functions: ['ledger_lock_key'] });
    schema.write(file, later);
    schema.write('9001_lots.sql', 'create table lots (size bigint not null);');
    await schema.migrate();
    schema.write(file, textOf(file));
    schema.remove('9001_lots.sql');
    expect(await schema.migrate()).toEqual({ migrations: [], functions: [] });
    expect(await schema.query(`select ledger_lock_key(gen_random_uuid())::text as key`)).toEqual([
      { key: '42' },
    ]);
  });

  describe('a database that other files have made', () => {
    test('is refused when a migration has changed since it was applied', async () => {
      const schema = await arrange();
      schema.write('0003_register.sql', `${textOf('0003_register.sql')}\n-- changed`);
      await expect(schema.migrate()).rejects.toThrow(
        new OutdatedSchemaError('the migration 0003_register has changed since it was applied'),
      );
    });

    test('is refused when it has a migration that is gone', async () => {
      const schema = await arrange();
      schema.write('0002_other.sql', 'create table others (id integer);');
      await schema.migrate();
      schema.remove('0002_other.sql');
      await expect(schema.migrate()).rejects.toThrow(
        new OutdatedSchemaError('it has the migration 0002_other, for which there is no file'),
      );
    });

    test('is refused when the earlier migrator made it', async () => {
      const schema = await arrange(EMPTY);
      await schema.query(
        'create schema vestry authorization vestry_owner; create table vestry.kysely_migration (name text)',
      );
      await expect(schema.migrate()).rejects.toThrow(
        new OutdatedSchemaError('its tables are older than the first migration'),
      );
      const start = { dataDir: '/data', databaseUrl: undefined };
      await expect(migrateDatabase(schema.connection, ROLE_PASSWORD, start)).rejects.toThrow(
        new StartError(
          '/data was made by another version of Vestry (its tables are older than the first migration): start with --reset, which forgets its data, or choose another --data directory',
        ),
      );
    });

    test('is left as it is when they are of a later release', async () => {
      const schema = await arrange();
      schema.write('9001_later.sql', 'create table later (id integer);');
      await schema.migrate();
      schema.remove('9001_later.sql');
      schema.write('functions/ledger_lock_key.sql', 'not even SQL');
      expect(await schema.migrate()).toEqual({ migrations: [], functions: [] });
    });
  });
});
