import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { handler as createShareholder } from '#functions/register/create-shareholder.ts';
import { handler as listShareholders } from '#functions/register/list-shareholders.ts';
import * as routes from '#register/shareholders.routes.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

// A window that doesn't end while a test looks at its counts.
vi.mock('#contracts/request-classes.ts', async (original) => ({
  ...(await original<typeof import('#contracts/request-classes.ts')>()),
  LIMIT_WINDOW_SECONDS: 100_000,
}));

const QUOTA = 20;

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  process.env.EVENT_BUS_NAME = '';
  process.env.REQUESTS_PER_USER = String(QUOTA);
});

beforeEach(async () => {
  tenant = await insertTestTenant(database.admin, 'ISSUER');
});

afterAll(() => database.close());

const list = (tenantOf: TestTenant = tenant) =>
  call(listShareholders, routes.listShareholders, { as: tenantOf.as('OPS') });
const create = (external_ref: string) =>
  call(createShareholder, routes.createShareholder, {
    as: tenant.as('OPS'),
    body: { external_ref, name: 'Holder' },
  });

async function countsOf(key: string): Promise<number> {
  const { rows } = await database.admin.query<{ requests: number }>(
    'select coalesce(sum(requests), 0)::integer as requests from request_counts where key = $1',
    [key],
  );
  return rows[0]?.requests ?? 0;
}

test('of requests at the same time no more are let in than the quota has, and none fewer', async () => {
  const statuses = (await Promise.all(Array.from({ length: 3 * QUOTA }, () => list()))).map(
    ({ status }) => status,
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(QUOTA);
  expect(statuses.filter((status) => status === 429)).toHaveLength(2 * QUOTA);
  // The tenant isn't charged for what its user was refused.
  expect(await countsOf(tenant.id)).toBe(QUOTA);
});

test('whoever goes on sending costs the database nothing', async () => {
  for (let request = 0; request < QUOTA; request += 1) await list();
  // The first refusal is audited.
  expect((await list()).status).toBe(429);
  const sent = vi.spyOn(pg.Client.prototype, 'query');
  try {
    expect(await list()).toMatchObject({
      status: 429,
      body: { type: '/problems/too-many-requests' },
    });
    expect(sent).not.toHaveBeenCalled();
  } finally {
    sent.mockRestore();
  }
});

test('the log of requests has those that were let in, and of those that were too many one a minute', async () => {
  for (let request = 0; request < QUOTA + 3; request += 1) await list();
  const { rows } = await database.admin.query(
    'select status, problem, count(*)::integer as requests from request_log where tenant_id = $1 group by 1, 2 order by 1',
    [tenant.id],
  );
  expect(rows).toEqual([
    { status: 200, problem: null, requests: QUOTA },
    { status: 429, problem: 'too-many-requests', requests: 1 },
  ]);
});

test('a change that fails is counted, and one that is refused has no effect', async () => {
  expect((await create('A')).status).toBe(201);
  expect((await create('A')).status).toBe(409);
  expect(await countsOf(tenant.as('OPS').actorId)).toBe(2);
  for (let request = 2; request < QUOTA; request += 1) await create('A');
  const refused = await create('B');
  expect(refused).toMatchObject({ status: 429 });
  expect(refused.body.detail).toMatch(/^A user may send 20 changes in \d+ seconds\. Wait \d+ seconds/);
  const { rows } = await database.admin.query('select external_ref from shareholders where tenant_id = $1', [
    tenant.id,
  ]);
  expect(rows).toEqual([{ external_ref: 'A' }]);
});

test('the counts of an earlier time go when others are made', async () => {
  await list();
  await database.admin.query('update request_counts set period = period - 1 where key = any ($1)', [
    [tenant.id, tenant.as('OPS').actorId],
  ]);
  await list();
  expect(await countsOf(tenant.id)).toBe(1);
});
