import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePools } from '#platform/db/pool.ts';
import { type TenantRead, tenantRead } from '#platform/db/tenant-tx.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  tenant = await insertTestTenant(database.admin, 'ISSUER');
});

afterAll(async () => {
  delete process.env.DATABASE_DIRECT;
  await closePools();
  await database.close();
});

const readHolders = (read: TenantRead) => read.selectFrom('shareholders').select('id').execute();

/** The statements that the session of a second read knows by name. */
async function namedStatements(): Promise<string[]> {
  await closePools();
  await tenantRead(tenant.id, readHolders);
  const { rows } = await tenantRead(tenant.id, (read) =>
    sql<{ statement: string }>`select statement from pg_prepared_statements where name <> ''`.execute(read),
  );
  return rows.map(({ statement }) => statement);
}

test('a session is shared by a proxy, and keeps no statement', async () => {
  expect(await namedStatements()).toEqual([]);
});

test('a session without a proxy is the function’s own, and keeps its statements', async () => {
  process.env.DATABASE_DIRECT = 'on';
  expect(await namedStatements()).toContainEqual(expect.stringContaining('"shareholders"'));
});
