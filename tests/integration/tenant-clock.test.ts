import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as getHandler } from '#functions/identity/get-clock.ts';
import { handler as moveHandler } from '#functions/identity/move-clock.ts';
import { handler as computeVesting } from '#functions/workers/compute-vesting.ts';
import { handler as followClock } from '#functions/workers/follow-clock.ts';
import * as routes from '#identity/clock/clock.routes.ts';
import { addDays } from '#kernel/calendar.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, day, enterHolders, work } from '#tests/support/dividends.ts';
import { Payments } from '#tests/support/payment-client.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import { Meetings } from '#tests/support/proxy.ts';
import { drain } from '#tests/support/queue-driver.ts';
import { Register } from '#tests/support/register.ts';
import { call, type TestResponse, testContext } from '#tests/support/request.ts';
import { purgeAt } from '#tests/support/retention.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** A large register may be split in it. */
const HAS_TIME = testContext(900_000);

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
beforeEach(() => vi.stubEnv('TENANT_CLOCKS', 'on'));

const clockOf = async (tenant: TestTenant) =>
  (await call(getHandler, routes.getClock, { as: tenant.as('COMPLIANCE') })).body;

const move = (tenant: TestTenant, to: unknown, more: object = {}): Promise<TestResponse> =>
  call(moveHandler, routes.moveClock, { as: tenant.as('ADMIN'), body: { to }, ...more });

/** Moves the clock, and lets the jobs follow. */
async function moved(tenant: TestTenant, to: string): Promise<void> {
  expect(await move(tenant, to)).toMatchObject({ status: 200 });
  await drain(aws, 'clock-moves', (event) => followClock(event, HAS_TIME));
}

/** Two tenants who are alike, of whom the first moves its clock. */
async function two(type: 'ISSUER' | 'SPONSOR'): Promise<readonly [TestTenant, TestTenant]> {
  return [await insertTestTenant(database.admin, type), await insertTestTenant(database.admin, type)];
}

const both = <T>(tenants: readonly TestTenant[], of: (tenant: TestTenant) => Promise<T>): Promise<T[]> =>
  Promise.all(tenants.map(of));

describe('a clock', () => {
  test.each([
    ['UTC', day(10), `${day(10)}T00:00:00.000Z`],
    ['Asia/Tokyo', day(10), `${day(9)}T15:00:00.000Z`],
    ['UTC', `${day(10)}T23:59:00Z`, `${day(10)}T23:59:00.000Z`],
  ])('in %s moves to %s, runs on from there, and is audited', async (zone, to, expected) => {
    const [acme, other] = await two('ISSUER');
    await database.admin.query('update tenants set time_zone = $2 where id = $1', [acme.id, zone]);
    const answer = await move(acme, to);
    expect(Date.parse(answer.body.now) - Date.parse(expected)).toBeGreaterThanOrEqual(0);
    expect(Date.parse(answer.body.now) - Date.parse(expected)).toBeLessThan(1_000);
    const { ahead_seconds, now, today, time_zone } = await clockOf(acme);
    expect({ ahead_seconds, today, time_zone }).toEqual({
      ...{ ahead_seconds: answer.body.ahead_seconds, today: day(10), time_zone: zone },
    });
    expect(Date.parse(now)).toBeGreaterThan(Date.parse(answer.body.now));
    expect(await clockOf(other)).toMatchObject({ ahead_seconds: 0 });
    const { rows } = await database.admin.query(
      "select payload, ts > now() as is_ahead from audit_log where tenant_id = $1 and action = 'clock.moved'",
      [acme.id],
    );
    expect(rows).toMatchObject([{ payload: { ahead_seconds }, is_ahead: false }]);
  });

  test('moves once for a request that is sent twice, and on from where it is', async () => {
    const [acme] = await two('SPONSOR');
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await move(acme, day(5), { headers });
    expect(await move(acme, day(5), { headers })).toMatchObject({ status: 200, body: first.body });
    expect(await move(acme, day(6))).toMatchObject({ status: 200, body: { today: day(6) } });
  });

  test.each<[unknown, string]>([
    [day(0), 'past'],
    [day(-400), 'past'],
    [`${day(4_000)}T00:00:00Z`, 'too-late'],
    ['2199-12-31', 'too-late'],
    ['tomorrow', 'invalid'],
    ['2027-02-30', 'invalid'],
    ['2027-02-01T00:00:00+09:00', 'invalid'],
    [null, 'invalid'],
    [1, 'invalid'],
  ])('does not move to %s', async (to, code) => {
    const [acme] = await two('ISSUER');
    const refused = await move(acme, to);
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/to' }] } });
    if (code !== 'invalid') expect(refused.body.errors[0].code).toBe(code);
    expect(await clockOf(acme)).toMatchObject({ ahead_seconds: 0 });
  });

  test('never goes back, nor moves where money does, whoever asks the database', async () => {
    const [acme] = await two('ISSUER');
    await moved(acme, day(3));
    const set = (seconds: number) =>
      database.admin.query('update tenants set clock_ahead = make_interval(secs => $2) where id = $1', [
        ...[acme.id, seconds],
      ]);
    await expect(set(0)).rejects.toThrow('goes forward');
    await database.admin.query('alter table mock_bank_payments rename to away');
    try {
      await expect(set(86_400 * 30)).rejects.toThrow('only a tenant of a sandbox');
    } finally {
      await database.admin.query('alter table away rename to mock_bank_payments');
    }
  });

  test('is none of the business of a purge, which runs in a sandbox too', async () => {
    const [acme] = await two('ISSUER');
    await moved(acme, day(3));
    await expect(purgeAt(new Date().toISOString())).resolves.not.toThrow();
  });

  test('is that of the machine where there is no sandbox', async () => {
    const [acme] = await two('ISSUER');
    await moved(acme, day(3));
    vi.stubEnv('TENANT_CLOCKS', 'off');
    expect(await clockOf(acme)).toMatchObject({ today: day(0) });
  });
});

describe('once a tenant has moved its clock, and for no other', () => {
  test('its record dates close, and its dividends are due', async () => {
    const issuers = await two('ISSUER');
    const ids = await both(issuers, async (issuer) => {
      await enterHolders(database.admin, issuer.id, ['10', '20']);
      return new Dividends(issuer.as('OPS')).declare({ record_date: day(20), payable_date: day(40) });
    });
    await moved(issuers[0], day(21));
    await work(aws);
    const states = await both(issuers, async (issuer) => {
      const { body } = await new Dividends(issuer.as('OPS')).get(ids[issuers.indexOf(issuer)] ?? '');
      return [body.state, body.holders];
    });
    expect(states).toEqual([
      ['PENDING', 2],
      ['DECLARED', null],
    ]);
  });

  test('its splits apply', async () => {
    const issuers = await two('ISSUER');
    await both(issuers, async (issuer) => {
      await enterHolders(database.admin, issuer.id, ['10']);
      const body = { kind: 'SPLIT', numerator: 2, denominator: 1, fractions: 'KEEP', effective_date: day(5) };
      await approved(issuer, await new Register(issuer.as('OPS')).split(body));
    });
    await moved(issuers[0], day(5));
    const { rows } = await database.admin.query(
      `select (select trim_scale(sum(delta))::text from position_entries p where p.tenant_id = t.id) as held
       from unnest($1::uuid[]) with ordinality as t (id, n) order by n`,
      [issuers.map(({ id }) => id)],
    );
    expect(rows).toEqual([{ held: '20' }, { held: '10' }]);
  });

  test('its plans vest, and it enters what is of that day', async () => {
    const sponsors = await two('SPONSOR');
    const plans = await both(
      sponsors,
      async (sponsor) => (await enroll(sponsor, { employee_id: 'e-1', plan_type: '401K' })).body.id,
    );
    const later = addDays(day(0), 62);
    await moved(sponsors[0], later);
    await drain(aws, 'vesting', computeVesting);
    const { rows } = await database.admin.query(
      'select vested_as_of::text as day from plans where tenant_id = any ($1) order by array_position($1, tenant_id)',
      [sponsors.map(({ id }) => id)],
    );
    expect(rows).toEqual([{ day: later }, { day: day(0) }]);
    const days = await both(
      sponsors,
      async (sponsor) =>
        (await contribute(sponsor, plans[sponsors.indexOf(sponsor)] ?? '', { amount: '10.00' })).body
          .effective_date,
    );
    expect(days).toEqual([later, day(0)]);
  });

  test('its meetings open and close', async () => {
    const issuers = await two('ISSUER');
    const times = {
      record_date: day(10),
      opens_at: `${day(30)}T09:00:00Z`,
      closes_at: `${day(31)}T09:00:00Z`,
    };
    const ids = await both(issuers, (issuer) => new Meetings(issuer.as('OPS')).meeting(times));
    const states = () =>
      both(
        issuers,
        async (issuer) =>
          (await new Meetings(issuer.as('OPS')).get(ids[issuers.indexOf(issuer)] ?? '')).body.state,
      );
    expect(await states()).toEqual(['SCHEDULED', 'SCHEDULED']);
    await moved(issuers[0], `${day(30)}T09:00:01Z`);
    expect(await states()).toEqual(['OPEN', 'SCHEDULED']);
    await moved(issuers[0], `${day(31)}T09:00:01Z`);
    expect(await states()).toEqual(['CLOSED', 'SCHEDULED']);
  });

  test('its proposals expire', async () => {
    const issuers = await two('ISSUER');
    await both(issuers, (issuer) =>
      new Payments(issuer.as('ADMIN')).setSettings({ approve_above: [{ currency: 'USD', amount: '20000' }] }),
    );
    await moved(issuers[0], day(31));
    const waiting = await both(
      issuers,
      async (issuer) =>
        (await new Approvals(issuer.as('COMPLIANCE')).list({ state: 'PENDING' })).body.data.length,
    );
    expect(waiting).toEqual([0, 1]);
  });
});
