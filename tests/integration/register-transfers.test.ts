import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { brokenPositions, daysAgo, Register } from '#tests/support/register.ts';
import type { TestResponse } from '#tests/support/request.ts';
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
    ...{ reverses: null, reversed_by: null, reason: null, recorded_at: expect.any(String) },
    created_by: acme.as('OPS').actorId,
    too_late_for: [],
  });
  expect(done.header('location')).toMatch(new RegExp(`/shareholders/transfers/${done.body.transfer_id}$`));
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
  const transferred = {
    transfer_id: done.body.transfer_id,
    ...order(from.id, to.id, '2.25', { effective_date: daysAgo(3), security_class: 'COMMON' }),
  };
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
      body: { type: `/problems/${slug}` },
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

describe('the register of transfers', () => {
  test('lists transfers and their reversals, newest first, by either holder, class and days', async () => {
    const [a, b, c] = [await ops.holder('10'), await ops.holder('10'), await ops.holder('0')];
    const pref = await ops.holder('5', { security_class: 'PREF' });
    const made = [
      await ops.transfer(order(a.id, b.id, '1', { effective_date: daysAgo(2) })),
      await ops.transfer(order(b.id, c.id, '2', { effective_date: daysAgo(1) })),
      await ops.transfer(order(pref.id, c.id, '3', { security_class: 'PREF' })),
      await ops.transfer(order(a.id, c.id, '4')),
    ].map(({ body }) => body.transfer_id as string);
    const listed = async (query: Record<string, string>) =>
      (await ops.transfers(query)).body.data.map(({ transfer_id }: { transfer_id: string }) =>
        made.indexOf(transfer_id),
      );
    expect(await listed({ shareholder_id: c.id })).toEqual([3, 2, 1]);
    expect(await listed({ shareholder_id: a.id })).toEqual([3, 0]);
    expect(await listed({ shareholder_id: c.id, security_class: 'PREF' })).toEqual([2]);
    expect(await listed({ shareholder_id: c.id, from: daysAgo(0) })).toEqual([3, 2]);
    expect(await listed({ shareholder_id: c.id, to: daysAgo(1) })).toEqual([1]);
    expect((await ops.transfers({ from: daysAgo(0), to: daysAgo(1) })).status, 'no day is in it').toBe(422);

    const paged: number[] = [];
    let cursor: string | null = null;
    do {
      const page: TestResponse = await ops.transfers({
        ...{ shareholder_id: c.id, limit: '1' },
        ...(cursor === null ? {} : { cursor }),
      });
      paged.push(
        ...page.body.data.map(({ transfer_id }: { transfer_id: string }) => made.indexOf(transfer_id)),
      );
      cursor = page.body.next_cursor;
    } while (cursor !== null);
    expect(paged).toEqual([3, 2, 1]);

    const { too_late_for: _, ...one } = (await ops.reverse(made[3] as string, { reason: 'Wrong holder.' }))
      .body;
    expect((await ops.getTransfer(one.transfer_id)).body).toEqual({
      ...one,
      ...{ from_holder_name: c.name, to_holder_name: a.name },
    });
    expect((await ops.getTransfer(made[3] as string)).body).toMatchObject({
      ...{ from_shareholder_id: a.id, to_shareholder_id: c.id, quantity: '4' },
      ...{ reverses: null, reversed_by: one.transfer_id },
    });
    expect(await listed({ shareholder_id: c.id })).toEqual([-1, 3, 2, 1]);
  });

  test('a reversal enters the same shares the other way, as of the same day, once', async () => {
    const [from, to] = [await ops.holder('10', { effective_date: daysAgo(9) }), await ops.holder('0')];
    const done = await ops.transfer(order(from.id, to.id, '2.25', { effective_date: daysAgo(3) }));
    const id: string = done.body.transfer_id;
    expect((await ops.reverse(id, undefined, null)).status, 'it needs a key').toBe(400);
    const key = randomUUID();
    const reversed = await ops.reverse(id, undefined, key);
    expect(reversed).toMatchObject({
      status: 201,
      body: {
        ...order(to.id, from.id, '2.25', { effective_date: daysAgo(3), security_class: 'COMMON' }),
        ...{ reverses: id, reversed_by: null, reason: null, too_late_for: [] },
      },
    });
    expect((await ops.reverse(id, undefined, key)).header('idempotency-replayed')).toBe('true');
    expect([await holdings(from.id), await holdings(to.id)]).toEqual(['10', '0']);
    const [entry] = (await ops.positions(to.id)).body.data;
    expect(entry).toMatchObject({
      ...{ delta: '-2.25', effective_date: daysAgo(3), reason: 'transfer reversed' },
      source: `transfer:${reversed.body.transfer_id}`,
    });
    const refused = { status: 409, body: { type: '/problems/transfer-reversed' } };
    expect(await ops.reverse(id)).toMatchObject(refused);
    expect(await ops.reverse(reversed.body.transfer_id)).toMatchObject(refused);
    expect((await ops.reverse(randomUUID())).status).toBe(404);
    expect(await brokenPositions(database.admin)).toEqual([]);
  });

  test('ten reversals at once take a transfer back once', async () => {
    const [from, to] = [await ops.holder('10'), await ops.holder('50')];
    const { transfer_id } = (await ops.transfer(order(from.id, to.id, '5'))).body;
    const answers = await Promise.all(Array.from({ length: 10 }, () => ops.reverse(transfer_id)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(9).fill(409)]);
    expect([await holdings(from.id), await holdings(to.id)]).toEqual(['10', '50']);
  });

  test('shares that were passed on are not taken back, and the refusal says what to do', async () => {
    const [from, to, third] = [await ops.holder('10'), await ops.holder('0'), await ops.holder('7')];
    const first = (await ops.transfer(order(from.id, to.id, '5', { effective_date: daysAgo(1) }))).body;
    const passedOn = (await ops.transfer(order(to.id, third.id, '5', { effective_date: daysAgo(1) }))).body;
    const back = await ops.transfer(order(third.id, to.id, '5'));
    expect(back.status).toBe(201);
    const refused = await ops.reverse(first.transfer_id);
    expect(refused, 'on the day between the holder has none').toMatchObject({
      status: 422,
      body: { type: '/problems/insufficient-position' },
    });
    expect(refused.body.detail).toContain('Reverse the transfers by which they were passed on first');
    expect((await ops.reverse(back.body.transfer_id)).status).toBe(201);
    expect((await ops.reverse(passedOn.transfer_id)).status).toBe(201);
    expect((await ops.reverse(first.transfer_id)).status).toBe(201);
    expect(await holdings(from.id)).toBe('10');
    expect(await brokenPositions(database.admin)).toEqual([]);
  });

  test('a transfer says why, at once or when a second person has approved it', async () => {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    const mine = new Register(issuer.as('OPS'));
    const [from, to] = [await mine.holder('600'), await mine.holder('400')];
    const reason = 'Sale of January 28.';
    const { body } = await mine.transfer(order(from.id, to.id, '1', { reason }));
    expect((await mine.getTransfer(body.transfer_id)).body).toMatchObject({ reason, reverses: null });
    const wrong = await mine.transfer(order(from.id, to.id, '1', { reason: '' }));
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/reason']);
    await database.admin.query('update register_settings set by_hand_percent = 1 where tenant_id = $1', [
      issuer.id,
    ]);
    const waiting = await mine.transfer(order(from.id, to.id, '500', { reason }));
    expect(waiting).toMatchObject({ status: 202, body: { after: { quantity: '500', reason } } });
    await approved(issuer, waiting);
    expect((await mine.transfers()).body.data.map((one: { reason: string }) => one.reason)).toEqual([
      ...[reason, reason],
    ]);
  });

  test('a reversal above the limit waits for a second person, once, and is refused if it is too late', async () => {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    const mine = new Register(issuer.as('OPS'));
    const [from, to] = [await mine.holder('600'), await mine.holder('400')];
    const moved = (await mine.transfer(order(from.id, to.id, '500'))).body;
    await database.admin.query('update register_settings set by_hand_percent = 1 where tenant_id = $1', [
      issuer.id,
    ]);
    const waiting = await mine.reverse(moved.transfer_id, { reason: 'Lodged twice.' });
    expect(waiting).toMatchObject({
      status: 202,
      body: {
        subject: { type: 'transfers', id: moved.transfer_id },
        after: { quantity: '500', reverses: moved.transfer_id, reason: 'Lodged twice.' },
      },
    });
    expect(await mine.reverse(moved.transfer_id)).toMatchObject({
      status: 409,
      body: { type: '/problems/change-pending' },
    });
    const own = await new Approvals(issuer.as('OPS')).approve(waiting.body.id);
    expect(own.status).toBe(403);
    await approved(issuer, waiting);
    expect((await mine.getTransfer(moved.transfer_id)).body.reversed_by).toEqual(expect.any(String));
    expect((await mine.get(from.id)).body.holdings).toBe('600');
  });

  test('a reversal names the dividends and meetings that it is too late for', async () => {
    const [from, to] = [await ops.holder('10', { effective_date: daysAgo(9) }), await ops.holder('0')];
    const { transfer_id } = (await ops.transfer(order(from.id, to.id, '5', { effective_date: daysAgo(4) })))
      .body;
    const { rows } = await database.admin.query(
      `insert into dividends (tenant_id, state, security_class, currency, exponent, rate_per_share, declaration_date, record_date, payable_date,
         holders, total_amount, residual, snapshot_sha256, positions_known_at, idempotency_key)
       values ($1, 'SNAPSHOT', 'COMMON', 'USD', 2, 1, $2, $2, $3, 1, 1000, 0, repeat('0', 64), now(), 'k') returning id`,
      [acme.id, daysAgo(3), daysAgo(-9)],
    );
    expect((await ops.reverse(transfer_id)).body.too_late_for).toEqual([
      { what: 'dividend', id: rows[0].id, record_date: daysAgo(3) },
    ]);
  });

  test('nobody changes what it says', async () => {
    await expect(database.admin.query('update transfers set quantity = 1')).rejects.toThrow('append-only');
  });
});

test('a suspended tenant moves nothing', async () => {
  const [from, to] = [await ops.holder('10'), await ops.holder('0')];
  await database.admin.query(`update tenants set status = 'SUSPENDED' where id = $1`, [acme.id]);
  expect((await ops.transfer(order(from.id, to.id, '1'))).status).toBe(403);
  await database.admin.query(`update tenants set status = 'ACTIVE' where id = $1`, [acme.id]);
  expect(await holdings(to.id)).toBe('0');
});
