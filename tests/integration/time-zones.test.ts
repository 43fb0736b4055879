import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { handler as balanceHandler } from '#functions/ledger/get-trial-balance.ts';
import { handler as vestingHandler } from '#functions/plans/get-plan-vesting.ts';
import { handler as scheduleVesting } from '#functions/scheduled/schedule-vesting.ts';
import { handler as takeSnapshots } from '#functions/scheduled/take-dividend-snapshots.ts';
import { handler as computeVesting } from '#functions/workers/compute-vesting.ts';
import { addDays } from '#kernel/calendar.ts';
import { getTrialBalance } from '#ledger/ledger.routes.ts';
import { getPlanVesting } from '#plans/plan-vesting.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, enterHolders, work } from '#tests/support/dividends.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import { Meetings } from '#tests/support/proxy.ts';
import { drain } from '#tests/support/queue-driver.ts';
import { Register } from '#tests/support/register.ts';
import { call, testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** The days of a tenant begin and end where it lives, whatever the machine, the database and UTC think. */

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
afterEach(() => vi.unstubAllEnvs());

/** Moves the clock that days are reckoned by to an instant that is ahead. */
function moveTo(instant: string): void {
  vi.stubEnv('VESTRY_CLOCK_AHEAD_MS', String(Date.parse(instant) - Date.now()));
}

async function tenantIn(zone: string, type: 'ISSUER' | 'SPONSOR'): Promise<TestTenant> {
  const tenant = await insertTestTenant(database.admin, type);
  await database.admin.query('update tenants set time_zone = $2 where id = $1', [tenant.id, zone]);
  return tenant;
}

/** An instant, and the day that a calendar on the wall of the tenant shows, as the world's time zone database has it. */
const WALLS: readonly (readonly [zone: string, instant: string, day: string])[] = [
  ['UTC', '2027-03-01T00:00:30Z', '2027-03-01'],
  ['America/New_York', '2027-03-01T04:59:30Z', '2027-02-28'],
  ['America/New_York', '2027-03-01T05:00:30Z', '2027-03-01'],
  // Summer has begun at 07:00 UTC of the 14th, so that the 14th ends an hour earlier by UTC than the 13th did.
  ['America/New_York', '2027-03-15T03:59:30Z', '2027-03-14'],
  ['America/New_York', '2027-03-15T04:00:30Z', '2027-03-15'],
  ['America/New_York', '2027-11-08T04:30:00Z', '2027-11-07'],
  ['Asia/Tokyo', '2027-12-31T14:59:30Z', '2027-12-31'],
  ['Asia/Tokyo', '2027-12-31T15:00:30Z', '2028-01-01'],
  ['Australia/Lord_Howe', '2027-06-30T13:29:30Z', '2027-06-30'],
  ['Australia/Lord_Howe', '2027-06-30T13:30:30Z', '2027-07-01'],
  ['Pacific/Kiritimati', '2028-02-28T10:00:30Z', '2028-02-29'],
  ['Pacific/Pago_Pago', '2028-03-01T10:30:00Z', '2028-02-29'],
  ['Asia/Kathmandu', '2027-05-04T18:15:30Z', '2027-05-05'],
];

describe.each(WALLS)('in %s at %s', (zone, instant, today) => {
  test('an issuer enters positions of today at the latest, and reads what today holds', async () => {
    moveTo(instant);
    const issuer = await tenantIn(zone, 'ISSUER');
    const register = new Register(issuer.as('OPS'));
    const early = await register.create({
      ...{ external_ref: randomUUID(), name: 'Ada Holder', holdings: '1' },
      effective_date: addDays(today, 1),
    });
    expect(early.body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/effective_date', code: 'future-date' }],
    });
    await register.holder('5', { effective_date: today });
    await register.create({ external_ref: randomUUID(), name: 'Ada Holder', holdings: '7' });
    const entries = await database.admin.query(
      'select distinct effective_date::text as day from position_entries where tenant_id = $1',
      [issuer.id],
    );
    expect(entries.rows).toEqual([{ day: today }]);

    const dividends = new Dividends(issuer.as('OPS'));
    const terms = { record_date: addDays(today, 2), payable_date: addDays(today, 9) };
    expect((await dividends.schedule(terms)).body).toMatchObject({ declaration_date: today });
    expect((await dividends.schedule({ ...terms, declaration_date: addDays(today, 1) })).status).toBe(422);
    const balance = await call(balanceHandler, getTrialBalance, { as: issuer.as('OPS') });
    expect(balance.body.as_of).toBe(today);
  });

  test('a sponsor enters and reads what is there today', async () => {
    moveTo(instant);
    const sponsor = await tenantIn(zone, 'SPONSOR');
    const plan = await enroll(sponsor, { employee_id: 'e-1', plan_type: '401K' });
    expect(plan.body).toMatchObject({ enrolled_on: today });
    const { id } = plan.body;
    expect((await contribute(sponsor, id, { amount: '10.00' })).body).toMatchObject({
      effective_date: today,
    });
    const vesting = await call(vestingHandler, getPlanVesting, { as: sponsor.as('OPS'), params: { id } });
    expect(vesting.body).toMatchObject({ as_of: today });
  });
});

test('the dividends of each issuer are frozen once its record date is over where it lives', async () => {
  const living = await Promise.all(
    ['Asia/Tokyo', 'UTC', 'America/New_York', 'Pacific/Pago_Pago'].map(async (zone) => {
      const issuer = await tenantIn(zone, 'ISSUER');
      await enterHolders(database.admin, issuer.id, ['10']);
      const dividends = new Dividends(issuer.as('OPS'));
      const id = await dividends.declare({ record_date: '2027-03-31', payable_date: '2027-04-20' });
      return { zone, state: async () => (await dividends.get(id)).body.state as string };
    }),
  );
  const frozenAt = async (time: string): Promise<string[]> => {
    await takeSnapshots({ id: randomUUID(), time }, testContext());
    await work(aws);
    const states = await Promise.all(living.map(async ({ zone, state }) => [zone, await state()] as const));
    return states.filter(([, state]) => state !== 'DECLARED').map(([zone]) => zone);
  };
  expect(await frozenAt('2027-03-31T14:59:00Z')).toEqual([]);
  expect(await frozenAt('2027-03-31T15:00:00Z')).toEqual(['Asia/Tokyo']);
  expect(await frozenAt('2027-04-01T00:00:00Z')).toEqual(['Asia/Tokyo', 'UTC']);
  expect(await frozenAt('2027-04-01T03:59:00Z')).toEqual(['Asia/Tokyo', 'UTC']);
  expect(await frozenAt('2027-04-01T04:00:00Z')).toEqual(['Asia/Tokyo', 'UTC', 'America/New_York']);
  expect(await frozenAt('2027-04-01T11:00:00Z')).toHaveLength(4);
});

test('the plans of each sponsor vest by the day that it is where the sponsor lives', async () => {
  const sponsors = await Promise.all(
    ['Asia/Tokyo', 'America/Los_Angeles'].map(async (zone) => {
      const sponsor = await tenantIn(zone, 'SPONSOR');
      await enroll(sponsor, { employee_id: 'e-1', plan_type: '401K' });
      return sponsor;
    }),
  );
  await scheduleVesting({ id: randomUUID(), time: '2027-05-01T03:00:00Z' }, testContext());
  await drain(aws, 'vesting', computeVesting);
  const { rows } = await database.admin.query(
    'select vested_as_of::text as day from plans where tenant_id = any ($1) order by array_position($1, tenant_id)',
    [sponsors.map(({ id }) => id)],
  );
  expect(rows).toEqual([{ day: '2027-05-01' }, { day: '2027-04-30' }]);
});

test('a meeting opens and closes by the clock that was moved', async () => {
  const issuer = await tenantIn('Asia/Tokyo', 'ISSUER');
  const meetings = new Meetings(issuer.as('OPS'));
  const id = await meetings.meeting({
    ...{ record_date: '2027-02-01', opens_at: '2027-02-20T00:00:00Z', closes_at: '2027-02-21T00:00:00Z' },
  });
  const states: string[] = [];
  for (const instant of ['2027-02-19T23:59:00Z', '2027-02-20T00:01:00Z', '2027-02-21T00:01:00Z']) {
    moveTo(instant);
    states.push((await meetings.get(id)).body.state);
  }
  expect(states).toEqual(['SCHEDULED', 'OPEN', 'CLOSED']);
});
