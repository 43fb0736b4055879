import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUDIT_ACTIONS } from '#contracts/audit-actions.ts';
import { MASKED_FIELDS } from '#contracts/masked-fields.ts';
import { tenantTx } from '#platform/db/tenant-tx.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import { Register } from '#tests/support/register.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** The trail has the values that a transaction has changed, and an entry of every change of state: the database itself sees to both. */

/** Tables whose changes have no values in the trail, and why. A table that is missing here is recorded. */
const NOT_RECORDED: Readonly<Record<string, string>> = {
  idempotency_keys: 'stored answers, of requests that have their entries',
  outbox: 'events on their way to the bus',
  audit_log: 'the trail',
  request_log: 'a log of its own, of requests whose changes have their entries',
  sign_in_links: 'secrets; invitations and what is done with them are entries',
  notices: 'a log of its own; each has an entry',
  sessions: 'sign-ins are entries',
  used_logout_tokens: 'what a provider has ended is an entry',
  second_factors: 'secrets; what is done with them are entries',
  recovery_codes: 'secrets; what is done with them are entries',
  sign_in_challenges: 'secrets; sign-ins are entries',
  passkeys: 'what is done with them are entries',
  passkey_challenges: 'what sessions are given to sign; what follows are entries',
  passkey_sign_ins: 'challenges that were used; sign-ins are entries',
  connection_tests: 'a log of its own',
  federated_sign_ins: 'sign-ins are entries',
  federated_sessions: 'what the provider said of a session; sign-ins are entries',
  refresh_tokens: 'secrets; sign-ins, refreshes and ends of sessions are entries',
  position_changes: 'a ledger: its rows never change',
  contributions: 'a ledger: its rows never change',
  journal: 'a ledger: its rows never change',
  vote_choices: 'the ballot itself, whose rows never change',
  meeting_tallies: 'what is computed of ballots, kept',
  meeting_classes: 'parts of a meeting, whose votes are settled by its first ballot',
  meeting_items: 'parts of a meeting, whose rows never change',
  outbound_entries: 'parts of a file, whose rows never change',
  statement_legs: 'what an item of a statement stands for; the item is recorded',
  release_lines: 'parts of a run, whose rows never change',
  webhook_attempts: 'a log of its own',
  webhook_deliveries: 'they have a log of their own, of each attempt',
  security_reports: 'how far the trail has been reported; each report has an entry',
  bank_events: 'what the bank said; the entry that received it has it',
  dividend_chunks: 'how far the work on a dividend has come',
  contribution_years: 'sums of contributions',
  payroll_periods: 'which contribution a period has',
  payment_tallies: 'sums of orders',
  position_tallies: 'sums of changes of positions',
  reporting_transactions: 'a copy for reports',
};
/** Tables that tenants share, and that are recorded all the same. */
const SHARED = ['tenants'];

let database: TestDatabase;
let tenant: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  tenant = await insertTestTenant(database.admin, 'ISSUER');
  other = await insertTestTenant(database.admin, 'SPONSOR');
  await fillTables(database.admin, [other.id]);
});

afterAll(() => database.close());

async function rows<T>(text: string, values: unknown[] = []): Promise<T[]> {
  return (await database.admin.query(text, values)).rows as T[];
}

interface Recorded {
  readonly table: string;
  readonly key: string;
  readonly shown: string[];
}

async function recordedTables(): Promise<Recorded[]> {
  const found = await rows<{ table: string; args: string[]; shown: string[] }>(
    `select tgrelid::regclass::text as table, args, args[3]::text[] as shown from pg_trigger
       cross join lateral (select string_to_array(encode(tgargs, 'escape'), '\\000') as args) a
     where tgname = 'record_change' order by 1`,
  );
  return found.map(({ table, args, shown }) => ({ table, key: args[1] as string, shown }));
}

interface StateColumn {
  readonly table: string;
  readonly column: string;
  readonly states: string[];
}

/** The columns whose values the database limits to states. */
async function stateColumns(): Promise<StateColumn[]> {
  return rows<StateColumn>(
    `select c.conrelid::regclass::text as table, a.attname as column,
       array(select m[1] from regexp_matches(pg_get_constraintdef(c.oid), '''([A-Z_]+)''', 'g') m) as states
     from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.contype = 'c' and cardinality(c.conkey) = 1 and c.connamespace = 'vestry'::regnamespace
       and a.attname in ('status', 'state', 'approval', 'kyc_status')
       and c.conrelid::regclass::text not like 'mock_bank%' order by 1, 2`,
  );
}

interface Entry {
  readonly action: string;
  readonly resource: string;
  readonly actor_id: string | null;
  readonly request_id: string;
  readonly changes: { readonly before: unknown; readonly after: unknown; readonly more?: true }[] | null;
}

/** The entries that were not there before, oldest first. */
async function entriesOf(work: () => Promise<unknown>): Promise<Entry[]> {
  const known = (await rows<{ id: string }>('select id from audit_log')).map(({ id }) => id);
  await work();
  return rows<Entry>(
    'select action, resource, actor_id, request_id, changes from audit_log where id <> all ($1) order by id',
    [known],
  );
}

test('every table that the application writes is recorded, or says why not', async () => {
  const written = await rows<{ table: string }>(
    `select c.relname as table from pg_class c
     where c.relnamespace = 'vestry'::regnamespace and c.relkind = 'r' and c.relrowsecurity
       and (has_any_column_privilege('vestry_app', c.oid, 'insert') or has_any_column_privilege('vestry_app', c.oid, 'update'))`,
  );
  const recorded = (await recordedTables()).map(({ table }) => table);
  const expected = written.map(({ table }) => table).filter((table) => NOT_RECORDED[table] === undefined);
  expect(recorded.sort()).toEqual([...new Set([...expected, ...SHARED])].sort());
});

test('no column is shown whose values are masked elsewhere, or that does not exist', async () => {
  const canonical = (name: string) => name.replaceAll(/[_-]/g, '').toLowerCase();
  const masked = new Set(MASKED_FIELDS.map(canonical));
  for (const { table, shown } of await recordedTables()) {
    expect(shown.filter((column) => masked.has(canonical(column)))).toEqual([]);
    const columns = await rows<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [table],
    );
    expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(shown));
  }
});

describe('a change of state', () => {
  test('has an action, of every column and state there is', async () => {
    const recorded = (await recordedTables()).map(({ table }) => table);
    const columns = (await stateColumns()).filter(({ table }) => recorded.includes(table));
    expect(columns.length).toBeGreaterThan(15);
    for (const { table, column, states } of columns) {
      const [trigger] = await rows<{ kind: string }>(
        `select (string_to_array(encode(tgargs, 'escape'), '\\000'))[4] as kind from pg_trigger
         where tgrelid = $1::regclass and tgname = $2 and tgdeferrable and tgenabled = 'O'`,
        [table, `leave_entry_of_${column}`],
      );
      expect(trigger, `${table}.${column}`).toBeDefined();
      const actions = await rows<{ action: string }>(
        'select state_action($1, $2, state) as action from unnest($3::text[]) as state',
        [trigger?.kind, column, states],
      );
      expect(AUDIT_ACTIONS).toEqual(expect.arrayContaining(actions.map(({ action }) => action)));
    }
  });

  test('leaves an entry, whoever makes it, wherever the rules of its table allow it', async () => {
    const recorded = await recordedTables();
    const left: string[] = [];
    for (const { table, column, states } of await stateColumns()) {
      const key = recorded.find((found) => found.table === table)?.key;
      if (key === undefined) continue;
      const owner = table === 'tenants' ? 'id' : 'tenant_id';
      for (const state of states) {
        const where = `${owner} = $1 and ${column} <> $2`;
        const change = `update ${table} set ${column} = $2 where ${where}`;
        let changed = 0;
        const entries = await entriesOf(async () => {
          // Rules that refuse the change are tested where they belong.
          changed =
            (await database.admin.query(change, [other.id, state]).catch(() => undefined))?.rowCount ?? 0;
        });
        expect(entries.length, `${table}.${column} = ${state}`).toBe(changed);
        for (const { action, changes } of entries) {
          left.push(action);
          expect(changes).toEqual([
            expect.objectContaining({ after: expect.objectContaining({ [column]: state }) }),
          ]);
        }
      }
    }
    expect(new Set(left).size, left.join()).toBeGreaterThan(20);
  });

  test('has the entry of the transaction that makes it, where that is about the record', async () => {
    const register = new Register(tenant.as('OPS'));
    const { body } = await register.create({ external_ref: 's-1', name: 'State' });
    const entries = await entriesOf(() => register.close(body.id));
    expect(entries.map(({ action }) => action)).toEqual(['shareholder.closed']);
  });

  test('that another record causes is entered by the same actor and request', async () => {
    const register = new Register(tenant.as('OPS'));
    const { body } = await register.create({ external_ref: 's-2', name: 'State' });
    const actor = {
      tenantId: tenant.id,
      actorId: tenant.as('OPS').actorId,
      actorRole: 'OPS',
      requestId: 'rq-9',
    } as const;
    const entries = await entriesOf(() =>
      tenantTx(
        actor,
        (tx) =>
          tx.updateTable('shareholders').set({ kyc_status: 'VERIFIED' }).where('id', '=', body.id).execute(),
        { audit: () => ({ action: 'upload.completed', resource: 'uploads/1', payload: {} }) },
      ),
    );
    // They are of one millisecond, in either order.
    expect(entries.toSorted((a, b) => a.action.localeCompare(b.action))).toMatchObject([
      {
        action: 'shareholder.kyc-verified',
        resource: `shareholders/${body.id}`,
        actor_id: actor.actorId,
        request_id: 'rq-9',
      },
      { action: 'upload.completed', actor_id: actor.actorId, request_id: 'rq-9' },
    ]);
  });
});

describe('the entry of a write', () => {
  test('has the values before and after, numbers as texts and what is personal masked', async () => {
    const register = new Register(tenant.as('OPS'));
    const created = await entriesOf(() =>
      register.holder('10.5', {
        external_ref: 'v-1',
        name: 'Ada Before',
        contact: { email: 'ada@before.example' },
      }),
    );
    const id = created[0]?.resource.split('/')[1] as string;
    expect(created[0]?.changes?.[0]).toEqual({
      resource: `shareholders/${id}`,
      before: null,
      after: expect.objectContaining({
        external_ref: '***',
        name: '***',
        email: '***',
        holdings: '10.50000000',
      }),
    });
    const updated = await entriesOf(() => register.update(id, { name: 'Ada After' }));
    expect(updated[0]?.changes).toEqual([
      { resource: `shareholders/${id}`, before: { name: '***' }, after: { name: '***' } },
    ]);
  });

  test('names the first of many records, and says that there are more', async () => {
    const actor = { tenantId: tenant.id, actorId: null, actorRole: 'SYSTEM', requestId: 'rq-10' } as const;
    const many = Array.from({ length: 500 }, (_, index) => ({ external_ref: `m-${index}`, name: 'Many' }));
    const [entry, ...beside] = await entriesOf(() =>
      tenantTx(actor, (tx) => tx.insertInto('shareholders').values(many).execute(), {
        audit: () => ({ action: 'upload.completed', resource: 'uploads/2', payload: {} }),
      }),
    );
    expect(beside).toEqual([]);
    expect(entry?.changes).toHaveLength(21);
    expect(entry?.changes?.at(-1)).toEqual({ more: true });
  });

  test('has nothing of the transaction before it on the same connection', async () => {
    const actor = { tenantId: tenant.id, actorId: null, actorRole: 'SYSTEM', requestId: 'rq-11' } as const;
    const audit = () => ({ action: 'upload.completed', resource: 'uploads/3', payload: {} }) as const;
    const entries = await entriesOf(async () => {
      const failing = tenantTx(
        actor,
        async (tx) => {
          await tx.insertInto('shareholders').values({ external_ref: 'gone', name: 'Gone' }).execute();
          throw new Error('rolled back');
        },
        { audit },
      );
      await expect(failing).rejects.toThrow('rolled back');
      await tenantTx(actor, (tx) => tx.selectFrom('shareholders').select('id').limit(1).execute(), { audit });
    });
    expect(entries).toMatchObject([{ action: 'upload.completed', changes: null }]);
  });
});
