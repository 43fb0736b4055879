import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertPositionChange } from '#tests/support/position-change.ts';
import { brokenPositions } from '#tests/support/register.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let app: pg.Client;
let issuer: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  app = await database.connectAsApp();
});
beforeEach(async () => {
  issuer = await insertTestTenant(database.admin, 'ISSUER');
});
afterAll(async () => {
  await app.end();
  await database.close();
});

/** A transaction of the application role in the issuer's context; one that fails has changed nothing. */
async function transaction<T>(work: () => Promise<T>): Promise<T> {
  await app.query('begin');
  await app.query(`select set_config('app.tenant_id', $1, true)`, [issuer.id]);
  try {
    const result = await work();
    await app.query('commit');
    return result;
  } catch (error) {
    await app.query('rollback');
    throw error;
  }
}

const enter = (reference: string, holdings: string, change: string | null) =>
  app.query(
    'insert into shareholders (external_ref, name, holdings, position_change_id) values ($1, $1, $2, $3)',
    [reference, holdings, change],
  );
const setHoldings = (holdings: string, change: string | null) =>
  app.query('update shareholders set holdings = $1, position_change_id = coalesce($2, position_change_id)', [
    holdings,
    change,
  ]);

async function entries(): Promise<unknown[]> {
  const { rows } = await database.admin.query(
    `select delta::text, security_class, effective_date, reason, source from position_entries where tenant_id = $1 order by id`,
    [issuer.id],
  );
  return rows;
}

const UNEXPLAINED = { code: '23514', constraint: 'shareholders_holdings_have_a_change' };
const OTHER_CHANGE = { code: '23502', table: 'position_entries', column: 'security_class' };

describe('holdings', () => {
  test('are recorded as their change says, for new holders and for known ones', async () => {
    const change = { security_class: 'PREF', effective_date: '2026-01-02' };
    await transaction(async () => enter('A', '10', await insertPositionChange(app, change)));
    await transaction(async () => setHoldings('4', await insertPositionChange(app, change)));
    const recorded = { ...change, reason: 'opening', source: 'test' };
    expect(await entries()).toMatchObject([
      { delta: expect.stringMatching(/^10\.0*$/), ...recorded },
      { delta: expect.stringMatching(/^-6\.0*$/), ...recorded },
    ]);
  });

  test('are not written without a change; what else is known of a holder is', async () => {
    await expect(transaction(() => enter('A', '1', null))).rejects.toMatchObject(UNEXPLAINED);
    await transaction(() => enter('A', '0', null));
    await expect(transaction(() => setHoldings('1', null))).rejects.toMatchObject(UNEXPLAINED);
    await transaction(() => app.query(`update shareholders set name = 'Renamed'`));
    expect(await entries()).toEqual([]);
  });

  test('are not written with the change of an earlier transaction, nor of another tenant', async () => {
    const earlier = await transaction(async () => {
      const change = await insertPositionChange(app);
      await enter('A', '1', change);
      return change;
    });
    await expect(transaction(() => setHoldings('2', null))).rejects.toMatchObject(UNEXPLAINED);
    await expect(transaction(() => setHoldings('2', earlier))).rejects.toMatchObject(UNEXPLAINED);
    issuer = await insertTestTenant(database.admin, 'ISSUER');
    await expect(transaction(() => enter('A', '1', earlier))).rejects.toMatchObject(UNEXPLAINED);
  });

  test('of one statement are of one change', async () => {
    await transaction(async () => {
      const change = await insertPositionChange(app);
      await enter('A', '1', change);
      await enter('B', '1', change);
    });
    const mixed = (change: string) =>
      app.query(
        `update shareholders set holdings = 2, position_change_id = case external_ref when 'A' then $1 else position_change_id end`,
        [change],
      );
    await expect(transaction(async () => mixed(await insertPositionChange(app)))).rejects.toMatchObject(
      expect.toSatisfy(
        ({ code, constraint }) => code === OTHER_CHANGE.code || constraint === UNEXPLAINED.constraint,
      ),
    );
    expect(await entries()).toHaveLength(2);
    expect(await brokenPositions(database.admin)).toEqual([]);
  });
});

test('a change keeps the instant of its transaction: nobody chooses it, nobody alters it', async () => {
  await expect(
    transaction(() =>
      app.query(`insert into position_changes (reason, source, created_at) values ('x', 'x', '2020-01-01')`),
    ),
  ).rejects.toMatchObject({ code: '42501' });
  await expect(
    transaction(async () => {
      await insertPositionChange(app);
      await app.query('update position_changes set created_at = now()');
    }),
  ).rejects.toMatchObject({ code: '42501' });
});
