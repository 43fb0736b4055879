import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { brokenPositions, daysAgo, Register } from '#tests/support/register.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let acme: TestTenant;
let ops: Register;

beforeAll(async () => {
  database = await testDatabase();
  acme = await insertTestTenant(database.admin, 'ISSUER');
  await declareClasses(database.admin, acme, 'PREF');
  ops = new Register(acme.as('OPS'));
});
afterAll(() => database.close());

async function holdings(id: string): Promise<string> {
  return (await ops.get(id)).body.holdings;
}

const order = (from: string, to: string, quantity: unknown, more: object = {}) => ({
  from_shareholder_id: from,
  to_shareholder_id: to,
  quantity,
  effective_date: daysAgo(0),
  ...more,
});

test('a transfer writes two entries of one date and one instant, and one event', async () => {
  const [from, to] = [await ops.holder('10', { effective_date: daysAgo(9) }), await ops.holder('0.5')];
  const done = await ops.transfer(order(from.id, to.id, '2.25', { effective_date: daysAgo(3) }));
  expect(done.status).toBe(201);
  expect(done.body).toEqual({
    transfer_id: expect.any(String),
    ...order(from.id, to.id, '2.25', { effective_date: daysAgo(3) }),
    security_class: 'COMMON',
    too_late_for: [],
  });
  expect([await holdings(from.id), await holdings(to.id)]).toEqual(['7.75', '2.75']);
  const [given] = (await ops.positions(from.id)).body.data;
  const [taken] = (await ops.positions(to.id)).body.data;
  const same = {
    reason: 'transfer',
    source: `transfer:${done.body.transfer_id}`,
    effective_date: daysAgo(3),
  };
  expect(given).toMatchObject({ ...same, delta: '-2.25' });
  expect(taken).toMatchObject({ ...same, delta: '2.25', recorded_at: given.recorded_at });
  const events = await database.admin.query(`select payload from outbox where type = 'shares.transferred'`);
  const { too_late_for: _, ...transferred } = done.body;
  expect(events.rows).toEqual([{ payload: { ...transferred, traceparent: expect.any(String) } }]);
  const audit = await database.admin.query(
    'select payload from audit_log where action = $1 and resource = $2',
    ['shares.transferred', `transfers/${done.body.transfer_id}`],
  );
  expect(audit.rows).toHaveLength(1);
  expect((await ops.get(from.id)).body.version).toBe(2);
});

test('a transfer needs two holders, an available amount and a day that is not in the future', async () => {
  const [from, to] = [await ops.holder('10'), await ops.holder('0')];
  const refusals: [object, number, string][] = [
    [order(from.id, from.id, '1'), 422, 'validation-failed'],
    [order(from.id, from.id.toUpperCase(), '1'), 422, 'validation-failed'],
    [order(from.id, to.id, '10.00000001'), 422, 'insufficient-position'],
    [order(to.id, from.id, '1'), 422, 'insufficient-position'],
    [order(from.id, to.id, '1', { security_class: 'PREF' }), 422, 'insufficient-position'],
    [order(from.id, to.id, '1', { effective_date: daysAgo(-1) }), 422, 'validation-failed'],
    [order(from.id, to.id, '1', { effective_date: daysAgo(3) }), 422, 'insufficient-position'],
    [order(from.id, to.id, '0'), 422, 'validation-failed'],
    [order(from.id, to.id, '-1'), 422, 'validation-failed'],
  ];
  for (const [body, status, slug] of refusals)
    expect(await ops.transfer(body), JSON.stringify(body)).toMatchObject({
      status,
      body: { type: `urn:vestry:problem:${slug}` },
    });
  expect((await ops.transfer(order(from.id, to.id, '1'), null)).status).toBe(400);
  expect([await holdings(from.id), await holdings(to.id)]).toEqual(['10', '0']);
});

test('a key moves shares once', async () => {
  const [from, to] = [await ops.holder('10'), await ops.holder('0')];
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => ops.transfer(order(from.id, to.id, '3'), key)),
  );
  const first = answers.find(({ status }) => status === 201);
  for (const { status, text } of answers)
    expect([
      [201, first?.text],
      [409, text],
    ]).toContainEqual([status, text]);
  const again = await ops.transfer(order(from.id, to.id, '3'), key);
  expect([again.text, again.header('idempotency-replayed')]).toEqual([first?.text, 'true']);
  expect((await ops.transfer(order(from.id, to.id, '4'), key)).status).toBe(422);
  expect(await holdings(to.id)).toBe('3');
});

test('fifty transfers at once take no more than is there', async () => {
  const [from, to] = [await ops.holder('30.5'), await ops.holder('0')];
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => ops.transfer(order(from.id, to.id, '1'))),
  );
  const count = (status: number) => answers.filter((answer) => answer.status === status).length;
  expect([count(201), count(422)]).toEqual([30, 20]);
  expect([await holdings(from.id), await holdings(to.id)]).toEqual(['0.5', '30']);
  expect(await brokenPositions(database.admin)).toEqual([]);
});

test('transfers in a circle never wait for each other', async () => {
  const circle = await Promise.all([ops.holder('100'), ops.holder('100'), ops.holder('100')]);
  const at = (i: number) => circle[i % 3]?.id as string;
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => ops.transfer(order(at(i), at(i + 1 + (i % 2)), `${1 + (i % 5)}`))),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  const left = await Promise.all(circle.map(({ id }) => holdings(id)));
  expect(left.map(Number).reduce((sum, value) => sum + value)).toBe(300);
  expect(await brokenPositions(database.admin)).toEqual([]);
});

test('a suspended tenant moves nothing', async () => {
  const [from, to] = [await ops.holder('10'), await ops.holder('0')];
  await database.admin.query(`update tenants set status = 'SUSPENDED' where id = $1`, [acme.id]);
  expect((await ops.transfer(order(from.id, to.id, '1'))).status).toBe(403);
  await database.admin.query(`update tenants set status = 'ACTIVE' where id = $1`, [acme.id]);
  expect(await holdings(to.id)).toBe('0');
});
