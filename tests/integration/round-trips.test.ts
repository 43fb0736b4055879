import { randomUUID } from 'node:crypto';
import { IdempotencyConfig } from '@aws-lambda-powertools/idempotency';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { handler as createHandler } from '#functions/register/create-shareholder.ts';
import { handler as listHandler } from '#functions/register/list-shareholders.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import { type Actor, type AuditEntry, tenantRead, tenantTx } from '#platform/db/tenant-tx.ts';
import { IdempotencyStore } from '#platform/idempotency/idempotency-store.ts';
import { createShareholder, listShareholders } from '#register/shareholders.routes.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** The number of times that the database is waited for, by the way to it: behind a proxy each costs as much as a statement. */

let database: TestDatabase;
let tenant: TestTenant;
let actor: Actor;

beforeAll(async () => {
  database = await testDatabase();
  tenant = await insertTestTenant(database.admin, 'ISSUER');
  actor = { tenantId: tenant.id, actorId: null, actorRole: 'SYSTEM', requestId: 'round-trips' };
  process.env.EVENT_BUS_NAME = '';
  // Connections are made once, and not of interest.
  await count();
  await systemTx('to connect', async () => undefined);
});
afterAll(() => database.close());

const audit = (): AuditEntry => ({ action: 'shareholder.updated', resource: 'shareholders', payload: {} });
const count = () => tenantRead(tenant.id, (read) => read.selectFrom('shareholders').select('id').execute());
const write = (queries: number, options: { lockFirst?: string } = {}) =>
  tenantTx(
    actor,
    async (tx) => {
      for (let query = 0; query < queries; query += 1)
        await tx.selectFrom('shareholders').select('id').execute();
    },
    { audit, ...options },
  );
const post = () =>
  call(createHandler, createShareholder, {
    as: tenant.as('OPS'),
    headers: { 'Idempotency-Key': randomUUID() },
    body: { external_ref: randomUUID(), name: 'Holder' },
  });

const get = () => call(listHandler, listShareholders, { as: tenant.as('ADMIN'), query: { limit: '1' } });

async function roundTripsOf(run: () => Promise<unknown>): Promise<number> {
  const sent = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await run();
    return sent.mock.calls.length;
  } finally {
    sent.mockRestore();
  }
}

test.each<[string, () => Promise<unknown>, number]>([
  ['a read', count, 1],
  ['a write without a query', () => write(0), 2],
  ['a write of one query', () => write(1), 2],
  ['a write of two', () => write(2), 3],
  [
    'a query across tenants',
    () => systemTx('to count', (tx) => tx.selectFrom('tenants').select('id').execute()),
    2,
  ],
  ['no query across tenants', () => systemTx('to do nothing', async () => undefined), 0],
  // Its count, the standing of its caller, its query, and the entry of what it lists.
  ['a request that reads', get, 1],
  // The claim of the key, the work, and the stored answer with the commit.
  ['a request that creates a holder', post, 3],
])('%s: %i', async (_, run, expected) => {
  expect(await roundTripsOf(run)).toBe(expected);
});

test('requests are logged in the round trips that they make anyway, also those that were counted ahead', async () => {
  const logged = async () => {
    const { rows } = await database.admin.query<{ requests: number }>(
      'select count(*)::integer as requests from request_log where tenant_id = $1',
      [tenant.id],
    );
    return rows[0]?.requests ?? 0;
  };
  await post();
  const before = await logged();
  for (let request = 0; request < 6; request += 1) expect(await roundTripsOf(get)).toBe(1);
  // Rows of reads that send nothing else to the database wait for the next request that does.
  expect(await logged()).toBeLessThan(before + 6);
  expect(await roundTripsOf(post)).toBe(3);
  expect(await logged()).toBe(before + 7);
});

test('an execution that has lost its key commits nothing', async () => {
  const store = new IdempotencyStore(actor);
  store.configure({ config: new IdempotencyConfig({ hashFunction: 'sha256' }) });
  await store.saveInProgress({ key: 'lost' }, 60_000);
  const before = await count();
  const late = tenantTx(
    actor,
    async (tx) => {
      await tx.insertInto('shareholders').values({ external_ref: 'late', name: 'Late' }).execute();
      await database.admin.query(
        'update idempotency_keys set owner = gen_random_uuid() where tenant_id = $1',
        [tenant.id],
      );
    },
    { audit, complete: () => store.completion({ statusCode: 201 }) },
  );
  await expect(late).rejects.toMatchObject({ slug: 'request-in-progress' });
  expect(await count()).toEqual(before);
});
