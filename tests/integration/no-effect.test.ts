import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { noEffect } from '#platform/db/no-effect.ts';
import { type Actor, command, type TenantTx, tenantTx } from '#platform/db/tenant-tx.ts';
import { insertShareholder } from '#register/shareholder.repository.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let actor: Actor;

beforeAll(async () => {
  database = await testDatabase();
});

beforeEach(async () => {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  actor = { ...tenant.as('OPS'), requestId: 'no-effect' };
});

afterAll(() => database.close());

const audit = () => ({ action: 'shareholder.created', resource: 'shareholders', payload: {} }) as const;

async function write(tx: TenantTx): Promise<void> {
  await insertShareholder(tx, { external_ref: 'A', name: 'Holder', identified_by: String(actor.actorId) });
  command(tx, { type: 'message.send', queue: 'report-exports', message: {} });
}

/** Counts what the tenant's transactions have left. */
async function left(): Promise<Record<string, number>> {
  const { rows } = await database.admin.query(
    `select (select count(*)::int from shareholders where tenant_id = $1) as holders,
       (select count(*)::int from outbox where tenant_id = $1) as outbox,
       (select count(*)::int from audit_log where tenant_id = $1) as audit`,
    [actor.tenantId],
  );
  return rows[0];
}

const NOTHING = { holders: 0, outbox: 0, audit: 0 };

test('work that ends without noEffect leaves its rows, its outbox and one audit entry', async () => {
  const { events } = await tenantTx(actor, write, { audit });
  expect(events).toHaveLength(1);
  expect(await left()).toEqual({ holders: 1, outbox: 1, audit: 1 });
});

test.each([
  ['on any connection', undefined],
  ['behind a lock', 'no-effect'],
])('work that returns noEffect leaves nothing, %s', async (_, lockFirst) => {
  const work = async (tx: TenantTx) => {
    await write(tx);
    return noEffect({ found: 'nothing to do' } as const);
  };
  expect(await tenantTx(actor, work, { audit, lockFirst })).toEqual({
    result: { found: 'nothing to do' },
    events: [],
  });
  expect(await left()).toEqual(NOTHING);
});

test('neither its transaction nor its lock outlives it', async () => {
  const work = async (tx: TenantTx) => {
    await write(tx);
    return noEffect();
  };
  for (let times = 0; times < 3; times += 1) await tenantTx(actor, work, { audit, lockFirst: 'no-effect' });
  const { rows } = await database.admin.query(
    `select (select count(*)::int from pg_stat_activity where datname = current_database() and state like 'idle in transaction%') as open,
       (select count(*)::int from pg_locks l join pg_database d on d.oid = l.database
        where l.locktype = 'advisory' and d.datname = current_database()) as locks`,
  );
  expect(rows).toEqual([{ open: 0, locks: 0 }]);
});

test('the answer of an idempotent request is not stored either', async () => {
  const complete = () => ({ text: 'select 1 / 0' });
  const { result } = await tenantTx(actor, async () => noEffect('kept' as const), { audit, complete });
  expect(result).toBe('kept');
});
