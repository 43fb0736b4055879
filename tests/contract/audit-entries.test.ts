import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import type { TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { sendExample } from './route-fixtures.ts';

/** The number of writing routes whose example is accepted as it is, by a tenant with one row in every table. */
const AT_LEAST_DONE = 12;

const FIELD_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:field-key';

let database: TestDatabase;
let aws: TestAws;
const tenants: Record<'ISSUER' | 'SPONSOR', TestTenant> = {} as never;
const done: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws({ secrets: [{ name: 'field-key', arn: FIELD_KEY_ARN, initialValue: 'of the test' }] });
  process.env.FIELD_KEY_SECRET_ARN = FIELD_KEY_ARN;
  for (const type of ['ISSUER', 'SPONSOR'] as const) {
    tenants[type] = await insertTestTenant(database.admin, type);
    await fillTables(database.admin, [tenants[type].id]);
  }
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

const ofTenants = routes.filter(
  ({ roles, database: onDatabase }) =>
    onDatabase !== false &&
    roles !== 'PUBLIC' &&
    (roles as readonly string[]).some((role) => role !== 'OPERATOR'),
);

interface Entry {
  readonly action: string;
  readonly problem: string | null;
  readonly tenant_id: string;
}

/** The entries that were not there before. */
async function entriesOf(work: () => Promise<unknown>): Promise<Entry[]> {
  const { admin } = database;
  const known = (await admin.query<{ id: string }>('select id from audit_log')).rows.map(({ id }) => id);
  await work();
  const { rows } = await admin.query<Entry>(
    'select action, problem, tenant_id from audit_log where id <> all ($1)',
    [known],
  );
  return rows;
}

async function send(route: RouteEntry): Promise<{ tenant: TestTenant; answer: TestResponse }> {
  const tenant = tenants[route.tenants?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER'];
  return { tenant, answer: await sendExample(database.admin, route, tenant) };
}

describe('a request that writes adds one audit entry, and one that is wrong adds none', () => {
  test.each(ofTenants.filter(({ audit }) => audit !== undefined))('$operationId', async (route) => {
    let sent: Awaited<ReturnType<typeof send>> | undefined;
    const entries = await entriesOf(async () => {
      sent = await send(route);
    });
    const { answer, tenant } = sent as Awaited<ReturnType<typeof send>>;
    expect(answer.status, answer.text).toBeLessThan(500);
    if (answer.status === 403) return expect(entries).toMatchObject([{ problem: expect.any(String) }]);
    if (answer.status >= 400) return expect(entries).toEqual([]);
    done.push(route.operationId);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ tenant_id: tenant.id, problem: null });
  });

  test('and enough of them were done', () => {
    expect(done.length, done.join(', ')).toBeGreaterThanOrEqual(AT_LEAST_DONE);
  });
});

describe('a request that reads adds none', () => {
  test.each(ofTenants.filter(({ audit }) => audit === undefined))('$operationId', async (route) => {
    expect(await entriesOf(() => send(route))).toEqual([]);
  });
});

test('every route that can write says which entry it adds', () => {
  const silent = routes.filter(({ method, audit }) => method !== 'GET' && audit === undefined);
  // They write nothing of a tenant's: a what-if, a preview, and the stand-in for a bank.
  expect(silent.map(({ operationId }) => operationId).sort()).toEqual(
    ['calculateVesting', 'createBankPayment', 'previewRetention'].sort(),
  );
});
