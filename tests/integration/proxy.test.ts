import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { day, enterHolders } from '#tests/support/dividends.ts';
import { AGENDA, HOUR_MS, instant, Meetings } from '#tests/support/proxy.ts';
import { Register } from '#tests/support/register.ts';
import type { TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let acme: TestTenant;
let proxy: Meetings;
let holders: string[];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  acme = await insertTestTenant(database.admin, 'ISSUER');
  proxy = new Meetings(acme.as('ADMIN'));
  holders = await enterHolders(database.admin, acme.id, ['100', '50.5', '25']);
});

/** Ends the time of an open meeting: its terms can't be changed, not even by the database's owner. */
async function closeNow(meeting: string): Promise<void> {
  const client = await database.admin.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query('update meetings set closes_at = now() where id = $1', [meeting]);
    await client.query('set session_replication_role = origin');
  } finally {
    client.release();
  }
}

const holder = (index: number) => holders[index] ?? '';
const problem = (status: number, slug: string) => ({ status, body: { type: `/problems/${slug}` } });

describe('a meeting', () => {
  test('is called, read and listed, with its state by the clock', async () => {
    const called = await proxy.call();
    expect(called).toMatchObject({
      status: 201,
      body: {
        title: 'Annual meeting',
        security_class: 'COMMON',
        record_date: day(-1),
        quorum: '0.5',
        items: AGENDA,
        state: 'OPEN',
      },
    });
    expect(called.header('location')).toBe(`/api/proxy/meetings/${called.body.id}`);
    expect((await proxy.get(called.body.id)).body).toEqual(called.body);
    const later = await proxy.meeting({ opens_at: instant(HOUR_MS), closes_at: instant(2 * HOUR_MS) });
    const past = await proxy.meeting({
      record_date: day(-3),
      opens_at: instant(-48 * HOUR_MS),
      closes_at: instant(-HOUR_MS),
    });
    const { data } = (await proxy.list()).body;
    expect(data.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
      [past, 'CLOSED'],
      [later, 'SCHEDULED'],
      [called.body.id, 'OPEN'],
    ]);
    expect((await proxy.list({ limit: '2' })).body.next_cursor).not.toBeNull();
  });

  test.each<[string, object, string]>([
    ['closes before it opens', { closes_at: instant(-2 * HOUR_MS) }, '/closes_at'],
    [
      'closes as it opens',
      { opens_at: '2027-01-01T00:00:00Z', closes_at: '2027-01-01T00:00:00Z' },
      '/closes_at',
    ],
    ['has a record date after its opening', { record_date: day(2) }, '/record_date'],
    ['has a record date of Feb 29 2023', { record_date: '2023-02-29' }, '/record_date'],
    ['has a local time', { opens_at: '2027-01-01T00:00:00+01:00' }, '/opens_at'],
    ['has a quorum over 1', { quorum: '1.01' }, '/quorum'],
    ['has a negative quorum', { quorum: '-0.1' }, '/quorum'],
    ['has a quorum that is no number', { quorum: 'NaN' }, '/quorum'],
    ['has no items', { items: [] }, '/items'],
    ['has an item twice', { items: [AGENDA[0], AGENDA[0]] }, '/items/1/id'],
    ['has an item of another kind', { items: [{ ...AGENDA[0], kind: 'OTHER' }] }, '/items/0/kind'],
    ['has an item with an id like a path', { items: [{ ...AGENDA[0], id: '../1' }] }, '/items/0/id'],
    ['has no title', { title: '' }, '/title'],
  ])('that %s is refused', async (_, meeting, pointer) => {
    const answer = await proxy.call(meeting);
    expect(answer).toMatchObject(problem(422, 'validation-failed'));
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });
});

describe('a meeting that has not opened', () => {
  const AHEAD = { opens_at: instant(24 * HOUR_MS), closes_at: instant(48 * HOUR_MS) };

  test('is amended, by the version that was read, and keeps what is not named', async () => {
    const called = (await proxy.call(AHEAD)).body;
    expect(called).toMatchObject({ version: 1, state: 'SCHEDULED' });
    const items = [{ id: '9', title: 'Merge', kind: 'STANDARD', threshold: '0.75' }];
    const amended = await proxy.amend(called.id, { title: 'Special meeting', quorum: '0.25', items });
    expect(amended).toMatchObject({
      status: 200,
      body: { ...called, title: 'Special meeting', quorum: '0.25', items, version: 2 },
    });
    expect((await proxy.get(called.id)).body).toEqual(amended.body);
    expect(await proxy.amend(called.id, { title: 'Other' })).toMatchObject(
      problem(412, 'precondition-failed'),
    );
    const days = { record_date: day(-3), closes_at: instant(72 * HOUR_MS), bylaws_differ: true };
    expect((await proxy.amend(called.id, days, 2)).body).toMatchObject({
      record_date: day(-3),
      items,
      version: 3,
    });
    const { rows } = await database.admin.query(
      `select action, changes -> 0 -> 'before' as before from audit_log where resource = $1 order by id`,
      [`meetings/${called.id}`],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'meeting.created',
      'meeting.amended',
      'meeting.amended',
    ]);
    expect(rows[2].before).toMatchObject({ record_date: day(-1) });
  });

  test.each<[string, object, string]>([
    ['nothing', {}, ''],
    ['bylaws alone', { bylaws_differ: true }, ''],
    ['a record date that is too late', { record_date: day(5), bylaws_differ: true }, '/record_date'],
    ['a record date that the bylaws forbid', { record_date: day(-2) }, '/record_date'],
    ['an end before its opening', { closes_at: instant(HOUR_MS) }, '/closes_at'],
    ['an opening after its end', { opens_at: instant(96 * HOUR_MS), bylaws_differ: true }, '/opens_at'],
    ['an empty agenda', { items: [] }, '/items'],
    ['an item twice', { items: [AGENDA[0], AGENDA[0]] }, '/items/1/id'],
    ['a quorum over 1', { quorum: '1.01' }, '/quorum'],
    ['a class', { security_class: 'COMMON' }, '/security_class'],
  ])('is not given %s', async (_, change, pointer) => {
    const id = await proxy.meeting(AHEAD);
    const refused = await proxy.amend(id, change);
    expect(refused).toMatchObject(problem(422, 'validation-failed'));
    expect(refused.body.errors[0].pointer).toBe(pointer);
    expect((await proxy.get(id)).body.version).toBe(1);
  });

  test('is cancelled for ever, and takes no ballots', async () => {
    const id = await proxy.meeting(AHEAD);
    expect(await proxy.cancel(id, { 'If-Match': '"7"' })).toMatchObject(problem(412, 'precondition-failed'));
    expect(await proxy.cancel(id)).toMatchObject({ status: 200, body: { state: 'CANCELLED', version: 2 } });
    expect(await proxy.cancel(id)).toMatchObject(problem(409, 'meeting-not-changeable'));
    expect(await proxy.amend(id, { title: 'Again' }, 2)).toMatchObject(
      problem(409, 'meeting-not-changeable'),
    );
    process.env.VESTRY_CLOCK_AHEAD_MS = String(25 * HOUR_MS);
    try {
      expect((await proxy.get(id)).body.state).toBe('CANCELLED');
      expect(await proxy.vote(id, holder(0))).toMatchObject(problem(409, 'meeting-closed'));
    } finally {
      delete process.env.VESTRY_CLOCK_AHEAD_MS;
    }
    expect((await proxy.list()).body.data.map(({ state }: { state: string }) => state)).toEqual([
      'CANCELLED',
    ]);
  });

  test('opens by the clock that requests go by, and then changes no more', async () => {
    const id = await proxy.meeting(AHEAD);
    expect(await proxy.vote(id, holder(0))).toMatchObject(problem(409, 'meeting-not-open'));
    process.env.VESTRY_CLOCK_AHEAD_MS = String(25 * HOUR_MS);
    try {
      expect(await proxy.vote(id, holder(0))).toMatchObject({ status: 201, body: { weight: '100' } });
      expect(await proxy.amend(id, { title: 'Late' })).toMatchObject(problem(409, 'meeting-not-changeable'));
      expect(await proxy.cancel(id)).toMatchObject(problem(409, 'meeting-not-changeable'));
    } finally {
      delete process.env.VESTRY_CLOCK_AHEAD_MS;
    }
  });

  test.each([
    `update meetings set title = 'x'`,
    `update meetings set cancelled_at = now()`,
    `update meetings set closes_at = closes_at + interval '1 day'`,
    'delete from meeting_items',
  ])('but once it has: “%s” is refused by the database too', async (statement) => {
    await proxy.meeting();
    await expect(database.admin.query(`${statement} where tenant_id = $1`, [acme.id])).rejects.toMatchObject({
      constraint: 'meetings_opened',
    });
  });
});

describe('the record date of a meeting', () => {
  const TIMES = { opens_at: '2028-03-20T16:00:00Z', closes_at: '2028-04-20T16:00:00Z' };

  /** A meeting that opens in the morning of the 20th in New York, and after midnight of the 21st in Tokyo. */
  test.each<[zone: string, record_date: string, bylaws_differ: boolean, code: string | undefined]>([
    ['America/New_York', '2028-03-20', true, 'record-date-open'],
    ['America/New_York', '2028-03-19', true, undefined],
    ['America/New_York', '2028-03-19', false, 'bylaws'],
    ['America/New_York', '2028-03-11', false, 'bylaws'],
    ['America/New_York', '2028-03-10', false, undefined],
    ['America/New_York', '2028-01-20', false, undefined],
    ['America/New_York', '2028-01-19', false, 'bylaws'],
    ['America/New_York', '1900-01-01', false, 'too-early'],
    ['America/New_York', '1900-01-01', true, 'too-early'],
    ['Asia/Tokyo', '2028-03-20', true, undefined],
    ['Asia/Tokyo', '2028-03-21', true, 'record-date-open'],
    ['Asia/Tokyo', '2028-03-11', false, undefined],
    ['Asia/Tokyo', '2028-01-20', false, 'bylaws'],
  ])('in %s is %s, where the bylaws differ: %s', async (zone, record_date, bylaws_differ, code) => {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    await database.admin.query('update tenants set time_zone = $2 where id = $1', [issuer.id, zone]);
    const called = await new Meetings(issuer.as('OPS')).call({ ...TIMES, record_date, bylaws_differ });
    expect(called.body.errors?.[0]).toEqual(
      code === undefined ? undefined : expect.objectContaining({ pointer: '/record_date', code }),
    );
    expect(called.status).toBe(code === undefined ? 201 : 422);
  });
});

describe('a ballot', () => {
  test('weighs the position at the record date, whatever is traded later', async () => {
    const register = new Register(acme.as('OPS'));
    await register.transfer({
      from_shareholder_id: holder(0),
      to_shareholder_id: holder(2),
      quantity: '60',
      effective_date: day(0),
    });
    const meeting = await proxy.meeting();
    const cast = await proxy.vote(meeting, holder(0), { 1: 'FOR', '2a': 'WITHHOLD' });
    expect(cast).toMatchObject({
      status: 201,
      body: {
        meeting_id: meeting,
        shareholder_id: holder(0),
        weight: '100',
        choices: { 1: 'FOR', '2a': 'WITHHOLD' },
        revoked_at: null,
      },
    });
    expect(cast.header('location')).toBe(`/api/proxy/votes/${cast.body.id}`);
    expect((await proxy.getVote(cast.body.id)).body).toEqual(cast.body);
    // A correction of the past after the first ballot can't give a share a second vote.
    await register.transfer({
      from_shareholder_id: holder(0),
      to_shareholder_id: holder(2),
      quantity: '40',
      effective_date: day(-2),
    });
    expect((await proxy.vote(meeting, holder(2))).body.weight).toBe('25');
    expect((await proxy.report(meeting)).body).toMatchObject({
      entitled_shares: '175.5',
      voted_shares: '125',
    });
  });

  test('is cast once by five hundred concurrent requests', async () => {
    const meeting = await proxy.meeting();
    // A busy database answers 503, and clients come again; a deployed function has its connection to itself.
    const insistent = async (): Promise<TestResponse> => {
      const answer = await proxy.vote(meeting, holder(0));
      return answer.status === 503 ? insistent() : answer;
    };
    const answers = await Promise.all(Array.from({ length: 500 }, insistent));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused).toHaveLength(499);
    for (const answer of refused) expect(answer).toMatchObject(problem(409, 'ballot-exists'));
    const { rows } = await database.admin.query(
      'select count(*)::integer as n from votes where meeting_id = $1',
      [meeting],
    );
    expect(rows[0].n).toBe(1);
  });

  test('is revoked before the close, stays as history and frees the holder to vote again', async () => {
    const meeting = await proxy.meeting();
    const first = await proxy.cast(meeting, holder(0));
    expect(await proxy.vote(meeting, holder(0))).toMatchObject(problem(409, 'ballot-exists'));
    expect((await proxy.revoke(first)).status).toBe(204);
    expect(await proxy.revoke(first)).toMatchObject(problem(409, 'ballot-revoked'));
    const second = await proxy.cast(meeting, holder(0), { 1: 'AGAINST' });
    expect((await proxy.getVote(first)).body.revoked_at).toEqual(expect.any(String));
    expect((await proxy.votes(meeting)).body.data.map(({ id }: { id: string }) => id)).toEqual([
      first,
      second,
    ]);
    expect((await proxy.ofHolder(holder(0))).body.data).toMatchObject([
      { id: second, choices: { 1: 'AGAINST' } },
      { id: first },
    ]);
    expect((await proxy.report(meeting)).body).toMatchObject({
      ballots: 1,
      voted_shares: '100',
      items: [{ counts: { FOR: { ballots: 0, shares: '0' }, AGAINST: { ballots: 1, shares: '100' } } }, {}],
    });
  });

  test.each<[string, unknown, string]>([
    ['an item of no meeting', { 9: 'FOR' }, '/choices/9'],
    ['a choice of the other kind', { '2a': 'AGAINST' }, '/choices/2a'],
    ['an unknown choice', { 1: 'YES' }, '/choices/1'],
    ['a choice in lower case', { 1: 'for' }, '/choices/1'],
    ['two choices', { 1: ['FOR', 'AGAINST'] }, '/choices/1'],
    ['no choice', {}, '/choices'],
    ['a list', ['FOR'], '/choices'],
  ])('with %s is refused', async (_, choices, pointer) => {
    const meeting = await proxy.meeting();
    const answer = await proxy.vote(meeting, holder(0), choices);
    expect(answer).toMatchObject(problem(422, 'validation-failed'));
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
    expect((await proxy.vote(meeting, holder(0))).status).toBe(201);
  });

  test('for an item of another meeting is refused', async () => {
    const meeting = await proxy.meeting();
    await proxy.meeting({ items: [{ id: 'x', title: 'Elsewhere', kind: 'STANDARD' }] });
    expect(await proxy.vote(meeting, holder(0), { x: 'FOR' })).toMatchObject(
      problem(422, 'validation-failed'),
    );
  });

  test('of a holder without a position is refused', async () => {
    const [late] = await enterHolders(database.admin, acme.id, ['500'], { effectiveDate: day(0) });
    const [other] = await enterHolders(database.admin, acme.id, ['500'], { securityClass: 'PREFERRED' });
    const meeting = await proxy.meeting();
    for (const id of [late, other])
      expect(await proxy.vote(meeting, id ?? '')).toMatchObject(problem(422, 'no-position'));
    const preferred = await proxy.meeting({ security_class: 'PREFERRED' });
    expect((await proxy.vote(preferred, other ?? '')).body.weight).toBe('500');
  });

  test('is for the time that the meeting is open', async () => {
    const later = await proxy.meeting({ opens_at: instant(HOUR_MS), closes_at: instant(2 * HOUR_MS) });
    expect(await proxy.vote(later, holder(0))).toMatchObject(problem(409, 'meeting-not-open'));
    const closing = await proxy.meeting();
    const ballot = await proxy.cast(closing, holder(0));
    await closeNow(closing);
    expect(await proxy.vote(closing, holder(1))).toMatchObject(problem(409, 'meeting-closed'));
    expect(await proxy.revoke(ballot)).toMatchObject(problem(409, 'meeting-closed'));
    expect((await proxy.report(closing)).body).toMatchObject({ state: 'CLOSED', ballots: 1 });
  });

  test('of an unknown holder, or in an unknown meeting, is not found', async () => {
    const meeting = await proxy.meeting();
    expect((await proxy.vote(meeting, randomUUID())).status).toBe(404);
    expect((await proxy.vote(randomUUID(), holder(0))).status).toBe(404);
    expect((await proxy.ofHolder(randomUUID())).status).toBe(404);
    expect((await proxy.revoke(randomUUID())).status).toBe(404);
  });

  test('never mixes two issuers', async () => {
    const other = await insertTestTenant(database.admin, 'ISSUER');
    const theirs = new Meetings(other.as('ADMIN'));
    const [stranger = ''] = await enterHolders(database.admin, other.id, ['7']);
    const [ours, foreign] = [await proxy.meeting(), await theirs.meeting()];
    expect((await proxy.vote(foreign, holder(0))).status).toBe(404);
    expect((await proxy.vote(ours, stranger)).status).toBe(404);
    expect((await proxy.vote(foreign, stranger)).status).toBe(404);
    const ballot = await theirs.cast(foreign, stranger);
    for (const answer of [
      await proxy.getVote(ballot),
      await proxy.revoke(ballot),
      await proxy.report(foreign),
    ])
      expect(answer.status).toBe(404);
    expect((await proxy.report(ours)).body).toMatchObject({ entitled_shares: '175.5', ballots: 0 });
    expect((await theirs.report(foreign)).body).toMatchObject({ entitled_shares: '7', ballots: 1 });
  });
});
