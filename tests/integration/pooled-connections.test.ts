import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appPool } from '#platform/db/pool.ts';
import { type Actor, type AuditEntry, tenantRead, tenantTx } from '#platform/db/tenant-tx.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const REQUESTS = 3_000;
const AT_ONCE = 12;
const HOLDERS = 5;

let database: TestDatabase;
let tenants: TestTenant[];

beforeAll(async () => {
  database = await testDatabase();
  tenants = await Promise.all([1, 2, 3].map(() => insertTestTenant(database.admin, 'ISSUER')));
  for (const { id } of tenants) {
    await database.admin.query(
      `insert into shareholders (tenant_id, external_ref, name) select $1, n::text, 'Holder' from generate_series(1, $2) as n`,
      [id, HOLDERS],
    );
  }
});

afterAll(() => database.close());

const audit = {
  audit: (): AuditEntry => ({ action: 'shareholder.updated', resource: 'shareholders', payload: {} }),
};

/** One request of a tenant, by the kind that its number says; answers the tenants whose rows it saw. */
async function request(number: number, tenant: TestTenant): Promise<Set<string>> {
  const actor: Actor = { tenantId: tenant.id, actorId: null, actorRole: 'SYSTEM', requestId: String(number) };
  const owners = (rows: readonly { tenant_id: string }[]) => new Set(rows.map(({ tenant_id }) => tenant_id));
  switch (number % 4) {
    case 0:
      return tenantRead(tenant.id, async (read) =>
        owners(await read.selectFrom('shareholders').select('tenant_id').execute()),
      );
    case 1:
      return (
        await tenantTx<Set<string>>(
          actor,
          async (tx) =>
            owners(
              await tx
                .updateTable('shareholders')
                .set({ phone: String(number) })
                .where('external_ref', '=', '1')
                .returning('tenant_id')
                .execute(),
            ),
          audit,
        )
      ).result;
    case 2: {
      let seen: Set<string> = new Set();
      const aborted = tenantTx(
        actor,
        async (tx) => {
          seen = owners(await tx.selectFrom('shareholders').select('tenant_id').execute());
          throw new Error('aborted on purpose');
        },
        audit,
      );
      await expect(aborted).rejects.toThrow('aborted on purpose');
      return seen;
    }
    default: {
      // A statement that fails leaves the transaction aborted on the server.
      const failed = tenantRead(tenant.id, (read) =>
        read
          .selectFrom('shareholders')
          .select((eb) => eb.lit(1).as('one'))
          .where('external_ref', '=', (eb) => eb.fn('no_such_function' as never, []))
          .execute(),
      );
      await expect(failed).rejects.toThrow('no_such_function');
      return new Set([tenant.id]);
    }
  }
}

test('thousands of requests of alternating tenants over few connections see only their own rows', async () => {
  let next = 0;
  const worker = async () => {
    while (next < REQUESTS) {
      const number = next++;
      const tenant = tenants[(number * 7) % tenants.length] as TestTenant;
      expect(await request(number, tenant)).toEqual(new Set([tenant.id]));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(appPool().totalCount).toBeLessThanOrEqual(3);
}, 120_000);

test('a connection that is given back has no tenant', async () => {
  await tenantRead((tenants[0] as TestTenant).id, (read) =>
    read.selectFrom('shareholders').select('id').execute(),
  );
  for (let connection = 0; connection < appPool().totalCount; connection += 1) {
    const { rows } = await appPool().query(
      `select coalesce(current_setting('app.tenant_id', true), '') as context, (select count(*) from shareholders) as seen`,
    );
    expect(rows).toEqual([{ context: '', seen: 0n }]);
  }
});

test('a connection that is lost between two statements fails the next, and not the process', async () => {
  const [tenant] = tenants as [TestTenant];
  const lost = tenantRead(tenant.id, async (read) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(read);
    await database.admin.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
    // Its end is read from the socket in a turn of the event loop that is nobody's.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await read.selectFrom('shareholders').select('id').execute();
  });
  await expect(lost).rejects.toMatchObject({ slug: 'temporarily-unavailable' });
});
