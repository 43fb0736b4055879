import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { APP_ROLE, OWNER_ROLE, REPORT_ROLE, SYSTEM_ROLE } from '#platform/db/roles.ts';
import { setTenant } from '#platform/db/tenant-context.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import { ROLE_PASSWORD } from '#tests/support/postgres-server.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const LOGINS = [APP_ROLE, SYSTEM_ROLE, REPORT_ROLE] as const;

/** Every function that a login may run, by name. What is not here runs as part of a trigger, a migration or another function. */
const EXECUTABLE: Readonly<Record<string, readonly string[]>> = {
  add_login_failure: [APP_ROLE],
  clear_login_failures: [APP_ROLE],
  complete_idempotency_key: [APP_ROLE],
  current_actor: [APP_ROLE, SYSTEM_ROLE],
  current_tenant: [APP_ROLE, SYSTEM_ROLE, REPORT_ROLE],
  end_release: [APP_ROLE],
  enter_tenant: [APP_ROLE],
  enter_tenant_clock: [APP_ROLE, SYSTEM_ROLE, REPORT_ROLE],
  find_connection_tenant: [APP_ROLE],
  find_tenant_by_slug: [APP_ROLE],
  folded: [APP_ROLE, SYSTEM_ROLE],
  has_second_person: [APP_ROLE, SYSTEM_ROLE],
  holder_name: [APP_ROLE],
  is_approved_change: [APP_ROLE, SYSTEM_ROLE],
  is_inside: [APP_ROLE],
  is_live_key: [APP_ROLE],
  is_paid_off: [APP_ROLE, SYSTEM_ROLE],
  is_second_operator: [APP_ROLE, SYSTEM_ROLE],
  is_second_person: [APP_ROLE, SYSTEM_ROLE],
  is_treasury: [APP_ROLE],
  ledger_lock_key: [APP_ROLE],
  linked_holders: [APP_ROLE],
  linked_shareholder_exists: [APP_ROLE],
  log_request: [APP_ROLE],
  newest_payment: [APP_ROLE],
  participant_name: [APP_ROLE],
  payee_name: [APP_ROLE],
  pending_money: [APP_ROLE],
  plan_grants: [APP_ROLE, SYSTEM_ROLE, REPORT_ROLE],
  plan_money: [APP_ROLE],
  plan_participant_name: [APP_ROLE],
  position_at: [APP_ROLE, REPORT_ROLE],
  positions_at: [APP_ROLE, REPORT_ROLE],
  posting_id: [APP_ROLE],
  present_instant: [APP_ROLE, SYSTEM_ROLE, REPORT_ROLE],
  purge_login_failures: [SYSTEM_ROLE],
  purge_request_counts: [SYSTEM_ROLE],
  purge_shareholder_names: [SYSTEM_ROLE],
  reconcile_dividend: [APP_ROLE, REPORT_ROLE],
  recorded_changes: [APP_ROLE, SYSTEM_ROLE],
  find_passkey_tenant: [APP_ROLE],
  require_network: [APP_ROLE],
  require_suspended: [APP_ROLE],
  retention_lock_key: [APP_ROLE, SYSTEM_ROLE],
  reverse_forfeiture_use: [APP_ROLE],
  settle_forfeiture: [APP_ROLE],
  settled_instant: [APP_ROLE],
  round_half_even: [APP_ROLE],
  allot_at_rate: [APP_ROLE],
  allot_fractions: [APP_ROLE],
  allot_net: [APP_ROLE],
  pay_fractions: [APP_ROLE],
  allot_pool: [APP_ROLE],
  backup_withholding_rate: [APP_ROLE],
  take_dividend_snapshot: [APP_ROLE],
  take_login_attempt: [APP_ROLE],
  take_request: [APP_ROLE],
  today: [APP_ROLE, REPORT_ROLE],
  treasury_holders: [APP_ROLE, REPORT_ROLE],
  use_api_key: [APP_ROLE],
  use_forfeitures: [APP_ROLE],
  uuid_v7: [APP_ROLE, SYSTEM_ROLE],
  votes_of_class: [APP_ROLE, REPORT_ROLE],
  withholding_percent: [APP_ROLE],
  withholding_statuses: [APP_ROLE],
  withholds_tax: [APP_ROLE],
};

let database: TestDatabase;
let ours: TestTenant;
let theirs: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  ours = await insertTestTenant(database.admin, 'ISSUER');
  theirs = await insertTestTenant(database.admin, 'SPONSOR');
  await fillTables(database.admin, [ours.id, theirs.id]);
});

afterAll(() => database.close());

async function rows<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
  return (await database.admin.query<T>(text, values)).rows;
}

/** Runs as one of the logins does, in a session of its own. */
async function as<T>(user: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...database.connection, user, password: ROLE_PASSWORD });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

test.each(LOGINS.flatMap((login) => ['on', 'off'].map((clocks) => [login, clocks] as const)))(
  '%s enters a tenant, whose clock is its own: %s',
  async (login, clocks) => {
    vi.stubEnv('TENANT_CLOCKS', clocks);
    const { text, values } = setTenant(ours.id);
    vi.unstubAllEnvs();
    expect(text.includes('enter_tenant_clock')).toBe(clocks === 'on');
    const seen = await as(login, async (client) => {
      await client.query('begin');
      await client.query(text, [...(values ?? [])]);
      return (await client.query('select current_tenant() as id, present_instant() = now() as is_now'))
        .rows[0];
    });
    expect(seen).toEqual({ id: ours.id, is_now: true });
  },
);

describe('the catalogue', () => {
  test('PUBLIC has no right in the database: it can’t connect, make tables, or use a schema of ours', async () => {
    const granted = await rows<{ what: string; right: string }>(
      `select 'database' as what, a.privilege_type as right from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
         where d.datname = current_database() and a.grantee = 0
       union all
       select 'schema ' || n.nspname, a.privilege_type from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
         where n.nspname in ('vestry', 'public') and a.grantee = 0
       union all
       select c.oid::regclass::text, a.privilege_type from pg_class c, aclexplode(c.relacl) a
         where c.relnamespace = 'vestry'::regnamespace and a.grantee = 0
       union all
       select c.attrelid::regclass || '.' || c.attname, a.privilege_type from pg_attribute c, aclexplode(c.attacl) a
         where a.grantee = 0 and c.attrelid in (select oid from pg_class where relnamespace = 'vestry'::regnamespace)
       union all
       select p.oid::regprocedure::text, a.privilege_type from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         where p.pronamespace = 'vestry'::regnamespace and a.grantee = 0
       union all
       select t.oid::regtype::text, a.privilege_type from pg_type t, aclexplode(t.typacl) a
         where t.typnamespace = 'vestry'::regnamespace and a.grantee = 0`,
    );
    expect(granted).toEqual([]);
  });

  test('only the application makes temporary tables, and only the owner anything else', async () => {
    const may = await rows<{ role: string; connects: boolean; temporary: boolean; creates: boolean }>(
      `select role, has_database_privilege(role, current_database(), 'connect') as connects,
         has_database_privilege(role, current_database(), 'temporary') as temporary,
         has_database_privilege(role, current_database(), 'create') or has_schema_privilege(role, 'vestry', 'create')
           or has_schema_privilege(role, 'public', 'create') as creates
       from unnest($1::text[]) as role`,
      [LOGINS],
    );
    expect(may).toEqual(
      LOGINS.map((role) => ({ role, connects: true, temporary: role === APP_ROLE, creates: false })),
    );
  });

  test('no login can connect to another database of the cluster, or put anything there', async () => {
    const may = await rows(
      `select d.datname, role from pg_database d, unnest($1::text[]) as role
       where d.datname in ('postgres', 'template1')
         and (has_database_privilege(role, d.oid, 'connect') or has_database_privilege(role, d.oid, 'temporary'))`,
      [LOGINS],
    );
    expect(may).toEqual([]);
  });

  test('the reader sees nothing of the mock bank, which has account numbers of every tenant in clear', async () => {
    const seen = await rows(
      `select c.relname from pg_class c where c.relnamespace = 'vestry'::regnamespace and c.relname like 'mock_bank%'
         and has_table_privilege('vestry_report', c.oid, 'select')`,
    );
    expect(seen).toEqual([]);
  });

  test('each login may run the functions that are granted to it by name, and no other', async () => {
    const found = await rows<{ name: string; roles: string[] }>(
      `select p.proname as name,
         array(select role from unnest($1::text[]) with ordinality as r (role, place)
           where has_function_privilege(role, p.oid, 'execute') order by place) as roles
       from pg_proc p where p.pronamespace = 'vestry'::regnamespace order by 1`,
      [LOGINS],
    );
    const executable = found.filter(({ roles }) => roles.length > 0);
    expect(Object.fromEntries(executable.map(({ name, roles }) => [name, roles]))).toEqual(EXECUTABLE);
  });

  test('a function that runs with its owner’s rights finds our tables before temporary ones', async () => {
    const open = await rows(
      `select proname, proconfig from pg_proc where prosecdef and pronamespace not in ('pg_catalog'::regnamespace)
         and not coalesce(proconfig @> array['search_path=vestry, pg_temp'], false)`,
    );
    expect(open).toEqual([]);
  });

  test('nothing runs with the rights of a superuser, and no login owns anything', async () => {
    const owners = await rows<{ owner: string }>(
      `select distinct pg_get_userbyid(owner) as owner from (
         select proowner as owner from pg_proc where pronamespace = 'vestry'::regnamespace
         union all select relowner from pg_class where relnamespace = 'vestry'::regnamespace) as owned`,
    );
    expect(owners).toEqual([{ owner: OWNER_ROLE }]);
  });
});

describe('a temporary relation in the place of one of ours', () => {
  /** The application's call of each function that runs with its owner's rights. */
  const CALLS: Readonly<Record<string, string>> = {
    add_login_failure: `select vestry.add_login_failure(array['\\x01'::bytea], 60)`,
    clear_login_failures: `select vestry.clear_login_failures('\\x01'::bytea)`,
    end_release: `select vestry.end_release(gen_random_uuid(), 'DECLINED', null, null)`,
    find_connection_tenant: `select id from vestry.find_connection_tenant('00000000-0000-0000-0000-000000000000')`,
    find_passkey_tenant: `select id from vestry.find_passkey_tenant('x', '00000000-0000-0000-0000-000000000000')`,
    find_tenant_by_slug: `select id from vestry.find_tenant_by_slug('nobody')`,
    has_second_person: 'select vestry.has_second_person(gen_random_uuid())',
    is_approved_change: `select vestry.is_approved_change('payment', 'transactions', 'x', gen_random_uuid())`,
    is_second_operator: 'select vestry.is_second_operator(gen_random_uuid(), gen_random_uuid())',
    is_second_person: 'select vestry.is_second_person(gen_random_uuid(), gen_random_uuid())',
    linked_holders: `select vestry.linked_holders(gen_random_uuid(), '{}')`,
    linked_shareholder_exists: 'select vestry.linked_shareholder_exists(gen_random_uuid())',
    reverse_forfeiture_use: `select vestry.reverse_forfeiture_use(gen_random_uuid(), 'none')`,
    settle_forfeiture: 'select vestry.settle_forfeiture(gen_random_uuid(), current_date)',
    take_dividend_snapshot: 'select vestry.take_dividend_snapshot(gen_random_uuid(), now(), 10)',
    take_login_attempt: `select vestry.take_login_attempt('\\x01'::bytea, array['\\x02'::bytea], 1, 1, 1, 1, 1, 1, 1)`,
    take_request: `select vestry.take_request(array[gen_random_uuid()], array[1], 'reads', 10, 1)`,
    use_api_key: `select id from vestry.use_api_key('\\\\x01'::bytea, '203.0.113.7')`,
    use_forfeitures: `select vestry.use_forfeitures('ESPP', 'USD', 0, current_date, 'none')`,
  };

  test('every such function is called here', async () => {
    const found = await rows<{ name: string }>(
      `select proname as name from pg_proc where prosecdef and pronamespace = 'vestry'::regnamespace
         and has_function_privilege($1, oid, 'execute') order by 1`,
      [APP_ROLE],
    );
    expect(found.map(({ name }) => name)).toEqual(Object.keys(CALLS));
  });

  test.each(Object.entries(CALLS))(
    'is never used by %s, whatever the search path of its caller',
    async (_name, call) => {
      const tables = await rows<{ name: string; columns: string }>(
        `select c.relname as name, string_agg(format('null::%s as %I', format_type(a.atttypid, a.atttypmod), a.attname), ', ' order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relnamespace = 'vestry'::regnamespace and c.relkind in ('r', 'p', 'v') group by 1`,
      );
      await as(APP_ROLE, async (client) => {
        await client.query(`create function pg_temp.caught() returns boolean language plpgsql as
        $$ begin raise exception 'caught as %', current_user; end $$`);
        // Reading it calls the function above, and nothing can be written into it.
        for (const { name, columns } of tables)
          await client.query(`create temporary view ${name} as select ${columns} where pg_temp.caught()`);
        await expect(client.query('select * from pg_temp.login_failures')).rejects.toThrow(
          'caught as vestry_app',
        );
        await client.query(`select set_config('app.tenant_id', $1, false)`, [ours.id]);
        for (const path of ['vestry, pg_temp', 'pg_temp, vestry', 'vestry']) {
          await client.query(`set search_path = ${path}`);
          await client.query(call);
        }
      });
    },
  );

  test('is refused to the reader', async () => {
    await as(REPORT_ROLE, async (client) => {
      await expect(client.query('create temporary table login_failures (n integer)')).rejects.toThrow(
        'permission denied to create temporary tables',
      );
    });
  });
});

describe('the reader', () => {
  test('changes no table, by no statement', async () => {
    const tables = await rows<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'vestry'::regnamespace and relkind in ('r', 'p') order by 1`,
    );
    await as(REPORT_ROLE, async (client) => {
      await client.query(`select set_config('app.tenant_id', $1, false)`, [ours.id]);
      for (const { name } of tables)
        for (const statement of [
          `insert into ${name} default values`,
          `delete from ${name}`,
          `truncate ${name}`,
        ])
          await expect(client.query(statement), statement).rejects.toThrow('permission denied');
    });
  });

  test('runs nothing that writes: no dividend is frozen by it', async () => {
    const [{ id } = { id: '' }] = await rows<{ id: string }>(
      'select id from dividends where tenant_id = $1',
      [ours.id],
    );
    await as(REPORT_ROLE, async (client) => {
      await client.query(`select set_config('app.tenant_id', $1, false)`, [ours.id]);
      await expect(client.query('select take_dividend_snapshot($1, now(), 10)', [id])).rejects.toThrow(
        'permission denied for function take_dividend_snapshot',
      );
    });
  });
});
