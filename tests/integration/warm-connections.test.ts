import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { closePools } from '#platform/db/pool.ts';
import { type Actor, tenantStatements, tenantTx } from '#platform/db/tenant-tx.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** Connections that have read before a migration read and write after it: a release migrates under warm functions. */

let database: TestDatabase;
let tenant: TestTenant;
let actor: Actor;

beforeAll(async () => {
  database = await testDatabase();
  tenant = await insertTestTenant(database.admin, 'ISSUER');
  actor = { tenantId: tenant.id, actorId: null, actorRole: 'SYSTEM', requestId: 'warm' };
});
afterAll(() => database.close());
beforeEach(() => closePools());

/** The statement that suffers most: its columns are whatever the table has. */
const EVERY_COLUMN = { text: 'select * from shareholders' };
const audit = () => ({ action: 'shareholder.updated', resource: 'shareholders', payload: {} }) as const;
const read = () => tenantStatements(tenant.id, [EVERY_COLUMN]);
let holders = 0;
const write = (lockFirst?: string) =>
  tenantTx(
    actor,
    async (tx) => {
      holders += 1;
      const row = { external_ref: `warm-${holders}`, name: 'Holder' };
      return tx.insertInto('shareholders').values(row).returning('id').executeTakeFirstOrThrow();
    },
    { audit, lockFirst },
  );
const columnsOf = async (): Promise<string[]> => {
  const [result] = await read();
  return result?.fields.map(({ name }) => name) ?? [];
};

test('connections that share theirs behind the proxy', async () => {
  await read();
  await database.admin.query('alter table shareholders add column shared text');
  expect(await columnsOf()).toContain('shared');
  await write();
});

test('connections that keep their statements: the outdated one goes, and its work is done once more', async () => {
  await write('plan');
  await read();
  const before = await pids();
  await database.admin.query('alter table shareholders add column kept text');
  expect(await columnsOf()).toContain('kept');
  expect(await pids()).not.toEqual(before);
  await write('plan');
});

test('the work of a transaction is done once more, and written once', async () => {
  const work = () =>
    tenantTx(
      actor,
      async (tx) => {
        holders += 1;
        const inserted = await tx
          .insertInto('shareholders')
          .values({ external_ref: `once-${holders}`, name: 'Once' })
          .returning('id')
          .executeTakeFirstOrThrow();
        await tx
          .getExecutor()
          .executeQuery({ sql: EVERY_COLUMN.text, parameters: [], query: { kind: 'RawNode' } } as never);
        return inserted;
      },
      { audit, lockFirst: 'plan' },
    );
  await work();
  await database.admin.query('alter table shareholders add column again text');
  const { result } = await work();
  const { rows } = await database.admin.query(`select id from shareholders where name = 'Once'`);
  expect(rows).toHaveLength(2);
  expect(rows).toContainEqual({ id: result.id });
});

async function pids(): Promise<number[]> {
  const { rows } = await database.admin.query<{ pid: number }>(
    `select pid from pg_stat_activity where usename = 'vestry_app' and datname = current_database() order by pid`,
  );
  return rows.map(({ pid }) => pid);
}
