import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SEALED_FIELDS } from '#identity/keys/sealed-fields.ts';
import { APP_ROLE, REPORT_ROLE, SYSTEM_ROLE } from '#platform/db/roles.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { filledTables, fillTables, insertRow } from '#tests/support/filled-tables.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let app: pg.Client;
let ours: TestTenant;
let theirs: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  ours = await insertTestTenant(database.admin, 'ISSUER');
  theirs = await insertTestTenant(database.admin, 'SPONSOR');
  await fillTables(database.admin, [ours.id, theirs.id]);
  app = await database.connectAsApp();
});

afterAll(async () => {
  await app.end();
  await database.close();
});

async function rows<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
  return (await database.admin.query<T>(text, values)).rows;
}

const TENANT_TABLES = `
  select c.oid, c.relname as name, c.relkind as kind, c.relrowsecurity as enabled, c.relforcerowsecurity as forced
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  where c.relnamespace = 'vestry'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') order by 2`;

/** Runs as the application does, in the context of one tenant. */
async function inContext<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
  await app.query('begin');
  await app.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]);
  try {
    return await work();
  } finally {
    await app.query('rollback');
  }
}

async function readable(table: string): Promise<boolean> {
  const [found] = await rows<{ may: boolean }>(`select has_table_privilege($1, $2, 'select') as may`, [
    APP_ROLE,
    table,
  ]);
  return found?.may === true;
}

describe('the catalogue', () => {
  test('row-level security is enabled and forced on every table of tenants', async () => {
    const tables = await rows<{ name: string; kind: string; enabled: boolean; forced: boolean }>(
      TENANT_TABLES,
    );
    expect(tables.filter(({ kind, enabled, forced }) => 'rp'.includes(kind) && !(enabled && forced))).toEqual(
      [],
    );
    expect(tables.filter(({ kind }) => 'rp'.includes(kind)).map(({ name }) => name)).toEqual(
      [...filledTables].sort(),
    );
  });

  test('views run with the rights of who asks; nothing is materialised', async () => {
    const views = await rows<{ name: string; options: string[] | null; kind: string }>(
      `select relname as name, reloptions as options, relkind as kind from pg_class
       where relnamespace = 'vestry'::regnamespace and relkind in ('v', 'm')`,
    );
    for (const { name, options, kind } of views) {
      expect(kind, name).toBe('v');
      expect(options, name).toContain('security_invoker=true');
    }
  });

  test('the roles own nothing and have no members', async () => {
    const roles = await rows<Record<string, unknown>>(
      `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
         (select count(*)::integer from pg_class where relowner = r.oid) as owns,
         (select count(*)::integer from pg_auth_members where member = r.oid) as memberships
       from pg_roles r where rolname = any ($1) order by 1`,
      [[APP_ROLE, SYSTEM_ROLE, REPORT_ROLE]],
    );
    expect(roles).toHaveLength(3);
    for (const role of roles) {
      expect(role).toMatchObject({
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        owns: 0,
        memberships: 0,
      });
    }
  });

  test('a foreign key between tables of tenants holds the tenant, at the same place on both sides', async () => {
    const keys = await rows<{ name: string; from_first: string; to_first: string }>(
      `select k.conname as name,
         (select attname from pg_attribute where attrelid = k.conrelid and attnum = k.conkey[1]) as from_first,
         (select attname from pg_attribute where attrelid = k.confrelid and attnum = k.confkey[1]) as to_first
       from pg_constraint k
       where k.contype = 'f' and k.connamespace = 'vestry'::regnamespace
         and exists (select from pg_attribute where attrelid = k.confrelid and attname = 'tenant_id')`,
    );
    expect(keys.length).toBeGreaterThan(3);
    expect(
      keys.filter(({ from_first, to_first }) => from_first !== 'tenant_id' || to_first !== 'tenant_id'),
    ).toEqual([]);
  });

  test('unique keys of tenants lead with the tenant', async () => {
    const keys = await rows<{ name: string; first: string }>(
      `select i.indexrelid::regclass::text as name,
         (select attname from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[0]) as first
       from pg_index i
       where i.indisunique and i.indrelid in (select oid from (${TENANT_TABLES}) as t)`,
    );
    expect(keys.length).toBeGreaterThan(filledTables.length - 1);
    expect(keys.filter(({ first }) => first !== 'tenant_id')).toEqual([]);
  });

  test('what must not change refuses UPDATE, DELETE and TRUNCATE, even from the owner', async () => {
    for (const table of [
      'audit_log',
      'position_entries',
      'position_changes',
      'treasury_entries',
      'shareholder_names',
      'journal',
      'transaction_transitions',
    ]) {
      for (const statement of [
        `update ${table} set tenant_id = tenant_id`,
        `delete from ${table}`,
        `truncate ${table} cascade`,
      ]) {
        await expect(database.admin.query(statement), statement).rejects.toThrow('append-only');
      }
    }
  });
});

describe.each(filledTables)('%s', (table) => {
  test('shows nothing without a context, and nothing of others with one', async () => {
    if (!(await readable(table)))
      return expect(app.query(`select from ${table}`)).rejects.toThrow('permission denied');
    expect((await app.query(`select from ${table}`)).rowCount).toBe(0);
    const seen = await inContext(
      ours.id,
      async () => (await app.query(`select tenant_id from ${table}`)).rows,
    );
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen.map(({ tenant_id }) => tenant_id))).toEqual(new Set([ours.id]));
    const unknown = await inContext('00000000-0000-7000-8000-ffffffffffff', () =>
      app.query(`select from ${table}`),
    );
    expect(unknown.rowCount).toBe(0);
  });

  test('takes no row for another tenant, and gives none to one', async () => {
    const [before] = await rows(
      `select md5(string_agg(t::text, ',' order by t::text)) as digest from ${table} t`,
    );
    const insufficientPrivilege = expect.objectContaining({ code: '42501' });
    await inContext(ours.id, () =>
      expect(app.query(insertRow(table, theirs.id))).rejects.toEqual(insufficientPrivilege),
    );
    await inContext(ours.id, () =>
      // A trigger that forbids the change may come before the policy does.
      expect(app.query(`update ${table} set tenant_id = '${theirs.id}'`)).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|23514)$/),
      }),
    );
    const change = `update ${table} set tenant_id = tenant_id where tenant_id = '${theirs.id}'`;
    for (const statement of [change, `delete from ${table} where tenant_id = '${theirs.id}'`]) {
      const changed = await inContext(ours.id, () =>
        app.query(statement).then(
          ({ rowCount }) => rowCount,
          ({ code }) => code,
        ),
      );
      expect([0, '42501'], statement).toContain(changed);
    }
    const [after] = await rows(
      `select md5(string_agg(t::text, ',' order by t::text)) as digest from ${table} t`,
    );
    expect(after).toEqual(before);
  });
});

test('a row of ours cannot refer to a row of theirs', async () => {
  const theirHolder = '00000000-0000-7000-8000-00000000abcd';
  await database.admin.query(
    `insert into shareholders (tenant_id, id, external_ref, name) values ($1, $2, 'theirs', 'Theirs')`,
    [theirs.id, theirHolder],
  );
  const ourHolder = '00000000-0000-7000-8000-00000000abce';
  const nobody = '00000000-0000-7000-8000-00000000abcf';
  await inContext(ours.id, async () => {
    await app.query(`insert into shareholders (id, external_ref, name) values ($1, 'ours', 'Ours')`, [
      ourHolder,
    ]);
    // Asked once for all rows of a statement, so one among many must be found too.
    for (const holders of [[theirHolder], [nobody], [ourHolder, nobody, ourHolder]]) {
      await app.query('savepoint attempt');
      await expect(
        app.query(
          `insert into transactions (type, amount, currency, shareholder_id)
           select 'DIVIDEND', 1, 'USD', holder from unnest($1::uuid[]) as holder`,
          [holders],
        ),
      ).rejects.toMatchObject({ code: '23503', constraint: 'transactions_tenant_id_shareholder_id_fkey' });
      await app.query('rollback to savepoint attempt');
    }
    await app.query(
      `insert into transactions (type, amount, currency, shareholder_id) values ('DIVIDEND', 1, 'USD', $1)`,
      [ourHolder],
    );
    // The other end: a holder stays, under its key.
    for (const statement of ['delete from shareholders', 'update shareholders set id = uuid_v7()']) {
      await app.query('savepoint attempt');
      await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
      await app.query('rollback to savepoint attempt');
    }
  });
});

const RUNBOOKS = join(import.meta.dirname, '../../docs/runbooks');
const blocks = globSync('*.md', { cwd: RUNBOOKS })
  .toSorted()
  .flatMap((document) =>
    [...readFileSync(join(RUNBOOKS, document), 'utf8').matchAll(/^ *```sql\n(.*?)^ *```$/gms)].map(
      ([, sql = ''], index) => ({ document, sql, block: `${document}, ${index + 1}` }),
    ),
  );

/** A monitor sees the sessions of all; the master of a cluster on AWS is one. */
const RUNS_AS: Readonly<Record<string, string>> = {
  vestry_system: 'vestry_system',
  vestry_owner: 'vestry_owner',
  vestry_master: 'pg_monitor',
};

describe('the SQL of the runbooks finds what is there', () => {
  const LEAKED = 'v1';
  let values: Readonly<Record<string, string>>;
  let busy: pg.Client;
  let busyPid: number;
  let waits: Promise<unknown>;

  beforeAll(async () => {
    const { admin } = database;
    await admin.query(
      `insert into signing_keys (kid, public_jwk, signs_from) values ('leaked', '{}', now())`,
    );
    await admin.query(`
      insert into audit_exports values (1, '0', pg_current_xact_id(), now(), 1, 'audit/digests/1', repeat('0', 64));
      insert into audit_exports (sequence, from_xact, to_xact, exported_at) values (2, '1', pg_current_xact_id(), now());
      insert into audit_log (tenant_id, actor_role, action, resource, request_id, payload, problem)
        values ('${ours.id}', 'SYSTEM', 'access.denied', 'listUsers', 'refused', '{}', 'forbidden')`);
    await admin.query('update outbox set attempts = 3');
    // Whatever a row has beside a sealed value is no matter here.
    const { rows: checks } = await admin.query(
      `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as statement from pg_constraint
         where contype = 'c' and conrelid = any ($1::regclass[])`,
      [SEALED_FIELDS.map(({ table }) => table)],
    );
    for (const { statement } of checks) await admin.query(statement);
    for (const { table, column, isArray } of SEALED_FIELDS)
      await admin.query(`set session_replication_role = replica;
        update ${table} set ${column} = '${isArray ? '{v1.x.x}' : 'v1.x.x'}';
        reset session_replication_role`);
    await admin.query(
      `update change_requests set proposal = proposal || jsonb_build_object('settings',
         jsonb_build_object('offset_number_sealed', 'v1.${'n'.repeat(16)}.sealed'))`,
    );
    busy = await database.connectAsApp();
    await busy.query('begin; select pg_current_xact_id()');
    busyPid = (await busy.query('select pg_backend_pid() as pid')).rows[0].pid;
    // Somebody waits for it, until it ends.
    await busy.query('select pg_advisory_xact_lock(4711)');
    const waiting = await database.admin.connect();
    waits = waiting.query('select pg_advisory_xact_lock(4711)').finally(() => waiting.release());
    values = {
      ...{
        tenant: `'${ours.id}'`,
        from_xact: `'0'`,
        to_xact: `'99999999'`,
        to_xact_of_the_last_digest: `'0'`,
        // No backend has this number: nobody is ended.
        pid: '0',
      },
      ...{ kid: `'leaked'`, leaked: `'${LEAKED}'`, leak: `'2020-01-01'`, sequence: '3' },
      ...{
        exported_at: 'now()',
        entries: '1',
        key: `'audit/digests/3'`,
        digest_key: `'audit/digests/1'`,
        sha256: `repeat('0', 64)`,
      },
    };
  });
  afterAll(async () => {
    await busy.end();
    await waits;
  });

  /** Runs a block as a role, undoes it, and returns what each statement has found or changed. */
  async function found(sql: string, role: string | undefined) {
    const text = sql
      .replaceAll(/--.*$/gm, '')
      .replaceAll(/(?<!:):(\w+)/g, (_, name: string) => values[name] ?? `:${name}`);
    const statements = text
      .split(';')
      .map((one) => one.trim())
      .filter((one) => !/^(begin|commit)?$/.test(one));
    const client = await database.admin.connect();
    try {
      await client.query('begin');
      if (role !== undefined) await client.query(`set local role ${role}`);
      const results = [];
      for (const statement of statements) {
        const { rowCount, rows: all } = await client.query(statement);
        // Other tests have sessions on the same server, which come and go.
        const listed = all.filter(({ pid }) => pid === undefined || pid === busyPid);
        results.push({ statement, rowCount: (rowCount ?? 0) - all.length + listed.length, listed });
      }
      return results;
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  test.each(blocks)('$block', async ({ sql }) => {
    const role = RUNS_AS[/^ *-- as (\w+)/.exec(sql)?.[1] ?? ''];
    expect(role, 'the first line says as whom: -- as vestry_system').toBeDefined();
    const seen = await found(sql, role);
    // Whoever bypasses row-level security sees what there is.
    expect(seen).toEqual(await found(sql, undefined));
    for (const { statement, rowCount, listed } of seen) {
      expect(rowCount, statement).toBeGreaterThan(0);
      for (const row of listed)
        for (const [column, value] of Object.entries(row))
          if (/^(count|max|rows|sealed_by_it)$/.test(column))
            expect([null, 0n], `${column} of ${statement}`).not.toContain(value);
    }
  });

  test('and stands in blocks, each of which says as whom it is run', () => {
    const inProse = globSync('*.md', { cwd: RUNBOOKS }).flatMap((document) => {
      const prose = readFileSync(join(RUNBOOKS, document), 'utf8').replaceAll(/^ *```.*?^ *```$/gms, '');
      return [...prose.matchAll(/`(?:select|insert|update|delete)\b[^`]*`/g)].map(
        ([statement]) => `${document}: ${statement}`,
      );
    });
    expect(inProse).toEqual([]);
    expect(blocks.length).toBeGreaterThan(5);
  });

  test('and looks at every sealed value, when a key has leaked', async () => {
    const [block] = blocks.filter(({ sql }) => sql.includes('sealed_by_it'));
    const [counted] = await found(block?.sql ?? '', 'vestry_system');
    const places = SEALED_FIELDS.map(({ table, column }) => `${table}.${column}`);
    // Both tenants have a value in each place.
    expect(counted?.listed).toEqual([
      ...[...places, 'change_requests.proposal']
        .sort()
        .map((place) => ({ place, count: 2n, sealed_by_it: 2n })),
      { place: null, count: BigInt(2 * (places.length + 1)), sealed_by_it: BigInt(2 * (places.length + 1)) },
    ]);
  });
});
