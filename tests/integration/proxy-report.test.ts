import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { blockHash } from '#tests/oracles/block-hash.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { day, enterHolders } from '#tests/support/dividends.ts';
import { AGENDA, Meetings } from '#tests/support/proxy.ts';
import { Register } from '#tests/support/register.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let acme: TestTenant;
let proxy: Meetings;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  acme = await insertTestTenant(database.admin, 'ISSUER');
  proxy = new Meetings(acme.as('ADMIN'));
});

/** A choice, or votes by choice. */
type Chosen = string | Record<string, string>;

interface Ballot {
  readonly shareholder_id: string;
  readonly weight: string;
  readonly choices: Record<string, Chosen>;
  readonly revoked_at: string | null;
}

async function ballotsOf(meeting: string): Promise<Ballot[]> {
  const ballots: Ballot[] = [];
  let cursor: string | null = null;
  do {
    const page = await proxy.votes(meeting, cursor === null ? { limit: '3' } : { limit: '3', cursor });
    ballots.push(...page.body.data);
    cursor = page.body.next_cursor;
  } while (cursor !== null);
  return ballots;
}

/** The votes that a ballot casts for an item. */
function votesFor({ weight, choices }: Ballot, item: string): number {
  const choice = choices[item] ?? {};
  return typeof choice === 'string'
    ? Number(weight)
    : Object.values(choice).reduce((total, votes) => total + Number(votes), 0);
}

/** Computes the hash as the route's description says, from the API's answers. */
function tallyHash(ballots: readonly Ballot[]): string {
  return blockHash(
    ballots
      .filter(({ revoked_at }) => revoked_at === null)
      .toSorted((a, b) => (a.shareholder_id < b.shareholder_id ? -1 : 1))
      .map(({ shareholder_id, weight, choices }) => {
        const chosen = AGENDA.flatMap(({ id }) => {
          const choice = choices[id] ?? {};
          if (typeof choice === 'string') return [`${id}=${choice}`];
          return ['FOR', 'AGAINST', 'ABSTAIN', 'WITHHOLD'].flatMap((name) =>
            choice[name] === undefined ? [] : [`${id}=${name}:${choice[name]}`],
          );
        });
        return `${shareholder_id},${weight},${chosen.join(';')}`;
      }),
  );
}

describe('the report of a meeting', () => {
  test('counts ballots and shares for every choice', async () => {
    const [a = '', b = '', c = ''] = await enterHolders(database.admin, acme.id, [
      '100',
      '50.5',
      '25',
      '24.5',
    ]);
    const meeting = await proxy.meeting();
    await proxy.cast(meeting, a, { 1: 'FOR', '2a': 'WITHHOLD' });
    await proxy.cast(meeting, b, { 1: 'FOR' });
    await proxy.revoke(await proxy.cast(meeting, c, { 1: 'AGAINST' }));
    await proxy.cast(meeting, c, { 1: 'ABSTAIN', '2a': 'FOR' });
    const { status, body } = await proxy.report(meeting);
    expect(status).toBe(200);
    expect(body).toEqual({
      meeting_id: meeting,
      state: 'OPEN',
      entitled_shares: '200',
      voted_shares: '175.5',
      ballots: 3,
      turnout: '0.8775',
      quorum: '0.5',
      quorum_reached: true,
      items: [
        {
          ...AGENDA[0],
          threshold: null,
          carried: true,
          counts: {
            FOR: { ballots: 2, shares: '150.5' },
            AGAINST: { ballots: 0, shares: '0' },
            ABSTAIN: { ballots: 1, shares: '25' },
          },
        },
        {
          ...AGENDA[1],
          threshold: null,
          carried: null,
          counts: { FOR: { ballots: 1, shares: '25' }, WITHHOLD: { ballots: 1, shares: '100' } },
        },
      ],
      tally_sha256: tallyHash(await ballotsOf(meeting)),
    });
  });

  test('counts the parts of a ballot that is split, of several classes too', async () => {
    await declareClasses(database.admin, acme, 'B');
    await database.admin.query(
      `update security_classes set votes_per_share = 2.5, version = version + 1 where tenant_id = $1 and code = 'B'`,
      [acme.id],
    );
    const [nominee = '', other = ''] = await enterHolders(database.admin, acme.id, ['100', '20']);
    const change = { holdings: '20', security_class: 'B', effective_date: day(-5) };
    expect((await new Register(acme.as('ADMIN')).update(nominee, change)).status).toBe(200);
    const meeting = await proxy.meeting({ security_classes: ['COMMON', 'B'], quorum: '0.8' });
    const refused = await proxy.vote(meeting, nominee, { 1: { FOR: '100', AGAINST: '50.00000001' } });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/choices/1', code: 'above-weight' }] },
    });
    const ballot = await proxy.vote(meeting, nominee, {
      1: { ABSTAIN: '10', FOR: '60.5', AGAINST: '40' },
      '2a': { WITHHOLD: '90' },
    });
    expect(ballot).toMatchObject({ status: 201, body: { weight: '150' } });
    expect(ballot.body.choices).toEqual({
      1: { FOR: '60.5', AGAINST: '40', ABSTAIN: '10' },
      '2a': { WITHHOLD: '90' },
    });
    expect((await proxy.getVote(ballot.body.id)).body.choices).toEqual(ballot.body.choices);
    const report = async () => (await proxy.report(meeting)).body;
    // The first item has 110.5 of the 150 votes, and the second 90: 39.5 are not there.
    expect(await report()).toMatchObject({
      ...{
        entitled_shares: '170',
        voted_shares: '110.5',
        ballots: 1,
        turnout: '0.65',
        quorum_reached: false,
      },
      items: [
        {
          carried: false,
          counts: {
            FOR: { ballots: 1, shares: '60.5' },
            AGAINST: { ballots: 1, shares: '40' },
            ABSTAIN: { ballots: 1, shares: '10' },
          },
        },
        { counts: { FOR: { ballots: 0, shares: '0' }, WITHHOLD: { ballots: 1, shares: '90' } } },
      ],
      tally_sha256: tallyHash(await ballotsOf(meeting)),
    });
    await proxy.cast(meeting, other, { 1: 'AGAINST' });
    expect(await report()).toMatchObject({ voted_shares: '130.5', quorum_reached: false });
    await proxy.revoke(ballot.body.id);
    expect(await report()).toMatchObject({ voted_shares: '20', ballots: 1 });
    // An item that is not split has the whole ballot, which is there with all of it.
    await proxy.cast(meeting, nominee, { 1: { FOR: '60' }, '2a': 'FOR' });
    expect(await report()).toMatchObject({
      ...{ voted_shares: '170', quorum_reached: true },
      items: [{ carried: true, counts: { FOR: { shares: '60' }, AGAINST: { shares: '20' } } }, {}],
    });
  });

  test.each([
    // Two of three thirds, each side of the line.
    ['0.66666667', false, '0.666666'],
    ['0.66666666', true, '0.666666'],
    ['0', true, '0.666666'],
    ['1', false, '0.666666'],
  ])('judges a quorum of %s exactly', async (quorum, reached, turnout) => {
    const [a = '', b = ''] = await enterHolders(database.admin, acme.id, ['1', '1', '1']);
    const meeting = await proxy.meeting({ quorum });
    await proxy.cast(meeting, a);
    await proxy.cast(meeting, b);
    expect((await proxy.report(meeting)).body).toMatchObject({ quorum_reached: reached, turnout });
  });

  test('says the threshold of each item, and whether it carried with a quorum', async () => {
    const [a = '', b = '', c = ''] = await enterHolders(database.admin, acme.id, ['60', '20', '20']);
    const items = [
      { id: 'majority', kind: 'STANDARD' },
      { id: 'special', kind: 'STANDARD', threshold: '0.75' },
      { id: 'higher', kind: 'STANDARD', threshold: '0.7500001' },
      { id: 'against', kind: 'STANDARD' },
      { id: 'silent', kind: 'STANDARD' },
      { id: 'seat', kind: 'DIRECTOR' },
      { id: 'elected', kind: 'DIRECTOR', threshold: '0.5' },
    ].map((item) => ({ ...item, title: item.id }));
    const meeting = await proxy.meeting({ items, quorum: '0.7' });
    const outcome = async () => {
      const { body } = await proxy.report(meeting);
      return Object.fromEntries(
        body.items.map(({ id, threshold, carried }: Record<string, unknown>) => [id, [threshold, carried]]),
      );
    };
    const inFavour = Object.fromEntries(items.map(({ id }) => [id, 'FOR']));
    const { silent: _, ...spoken } = inFavour;
    await proxy.cast(meeting, a, { ...spoken, against: 'AGAINST' });
    expect(await outcome(), 'no quorum yet').toMatchObject({
      majority: [null, false],
      special: ['0.75', false],
    });
    await proxy.cast(meeting, b, {
      majority: 'AGAINST',
      special: 'AGAINST',
      higher: 'AGAINST',
      elected: 'WITHHOLD',
    });
    await proxy.cast(meeting, c, {
      majority: 'ABSTAIN',
      special: 'ABSTAIN',
      higher: 'ABSTAIN',
      against: 'FOR',
    });
    expect(await outcome()).toEqual({
      majority: [null, true],
      special: ['0.75', true],
      higher: ['0.7500001', false],
      against: [null, false],
      silent: [null, false],
      seat: [null, null],
      elected: ['0.5', true],
    });
    for (const threshold of ['0', '1.00000001', '-1', 'most'])
      expect((await proxy.call({ items: [{ ...items[0], threshold }] })).status, threshold).toBe(422);
  });

  test('of a meeting without holders has no quorum', async () => {
    await declareClasses(database.admin, acme, 'NOBODY');
    const meeting = await proxy.meeting({ quorum: '0', security_class: 'NOBODY' });
    expect((await proxy.report(meeting)).body).toMatchObject({
      entitled_shares: '0',
      voted_shares: '0',
      turnout: '0',
      quorum_reached: false,
      tally_sha256: blockHash([]),
    });
  });

  test('is a table on demand, and safe in a spreadsheet', async () => {
    const [a = ''] = await enterHolders(database.admin, acme.id, ['100']);
    const meeting = await proxy.meeting({
      items: [{ id: '1', title: '=HYPERLINK("x"), or not', kind: 'STANDARD' }],
    });
    await proxy.cast(meeting, a, { 1: 'AGAINST' });
    const csv = await proxy.report(meeting, 'text/csv');
    expect(csv.header('content-type')).toMatch(/^text\/csv/);
    const { tally_sha256 } = (await proxy.report(meeting)).body;
    const line = (choice: string, counts: string) =>
      `${meeting},1,"'=HYPERLINK(""x""), or not",STANDARD,${choice},${counts},100,100,1,true,,false,${tally_sha256}`;
    expect(csv.text.split('\r\n')).toEqual([
      'meeting_id,item_id,item_title,kind,choice,ballots,shares,entitled_shares,voted_shares,turnout,quorum_reached,threshold,carried,tally_sha256',
      line('FOR', '0,0'),
      line('AGAINST', '1,100'),
      line('ABSTAIN', '0,0'),
      '',
    ]);
    expect((await proxy.report(meeting, 'image/png')).status).toBe(406);
  });

  test('is for ADMIN and COMPLIANCE', async () => {
    const meeting = await proxy.meeting();
    for (const [role, status] of [
      ['ADMIN', 200],
      ['COMPLIANCE', 200],
      ['OPS', 403],
      ['EMPLOYEE', 403],
    ] as const)
      expect((await new Meetings(acme.as(role)).report(meeting)).status, role).toBe(status);
  });

  test('adds up, and its hash is that of the ballots, for any votes', async () => {
    const holdings = Array.from({ length: 12 }, (_, index) => `${index + 1}.5`);
    const holders = await enterHolders(database.admin, acme.id, holdings);
    const part = fc.integer({ min: 1, max: 40 }).map((eighths) => String(eighths / 8));
    const choice = fc.record(
      {
        1: fc.oneof(
          fc.constantFrom<Chosen>('FOR', 'AGAINST', 'ABSTAIN'),
          fc.record({ FOR: part, AGAINST: part, ABSTAIN: part }, { requiredKeys: ['AGAINST'] }),
        ),
        '2a': fc.oneof(
          fc.constantFrom<Chosen>('FOR', 'WITHHOLD'),
          fc.record({ FOR: part, WITHHOLD: part }, { requiredKeys: ['FOR'] }),
        ),
      },
      { requiredKeys: ['1'] },
    );
    const ballot = fc.record({
      holder: fc.integer({ min: 0, max: holdings.length - 1 }),
      choices: choice,
      revoked: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(ballot, { maxLength: 20 }), async (cast) => {
        const meeting = await proxy.meeting();
        for (const { holder, choices, revoked } of cast) {
          const answer = await proxy.vote(meeting, holders[holder] ?? '', choices);
          if (answer.status === 201 && revoked) await proxy.revoke(answer.body.id);
        }
        const { body } = await proxy.report(meeting);
        const ballots = await ballotsOf(meeting);
        const effective = ballots.filter(({ revoked_at }) => revoked_at === null);
        expect(new Set(effective.map(({ shareholder_id }) => shareholder_id)).size).toBe(effective.length);
        expect(body.ballots).toBe(effective.length);
        expect(body.tally_sha256).toBe(tallyHash(ballots));
        const sum = (parts: readonly string[]) => parts.reduce((total, part) => total + Number(part), 0);
        // Everyone chose for the first item.
        const counts = Object.values(
          body.items[0].counts as Record<string, { ballots: number; shares: string }>,
        );
        expect(sum(counts.map(({ shares }) => shares))).toBe(
          effective.reduce((total, one) => total + votesFor(one, '1'), 0),
        );
        const present = effective.map((one) => Math.max(votesFor(one, '1'), votesFor(one, '2a')));
        expect(present.reduce((total, votes) => total + votes, 0)).toBe(Number(body.voted_shares));
        for (const [index, votes] of present.entries())
          expect(votes).toBeLessThanOrEqual(Number(effective[index]?.weight));
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });
});

describe('the database itself refuses', () => {
  async function asApp(text: string, values: unknown[]): Promise<string> {
    const client = await database.connectAsApp();
    try {
      await client.query(`select set_config('app.tenant_id', $1, false)`, [acme.id]);
      await client.query(text, values);
      return 'done';
    } catch (error) {
      return (error as { constraint?: string }).constraint ?? (error as Error).message;
    } finally {
      await client.end();
    }
  }

  test('to change a ballot, to choose what doesn’t fit, to vote by two ballots', async () => {
    const [a = '', b = ''] = await enterHolders(database.admin, acme.id, ['100', '1']);
    const meeting = await proxy.meeting();
    const elsewhere = await proxy.meeting({ items: [{ id: 'x', title: 'Elsewhere', kind: 'STANDARD' }] });
    const ballot = await proxy.cast(meeting, a);
    const choose = (item: string, kind: string, choice: string) =>
      asApp(
        `insert into vote_choices (meeting_id, vote_id, item_id, kind, choice) values ($1, $2, $3, $4, $5)`,
        [meeting, ballot, item, kind, choice],
      );
    expect(await choose('2a', 'DIRECTOR', 'AGAINST')).toBe('vote_choices_fit');
    expect(await choose('2a', 'STANDARD', 'AGAINST')).toMatch(/^vote_choices_.*fkey/);
    expect(await choose('x', 'STANDARD', 'FOR')).toMatch(/^vote_choices_.*fkey/);
    expect(await choose('1', 'STANDARD', 'FOR')).toBe('vote_choices_pkey');
    expect(await choose('1', 'STANDARD', 'AGAINST')).toBe('vote_choices_within_weight');
    const part = (choice: string, shares: string) =>
      asApp(
        `insert into vote_choices (meeting_id, vote_id, item_id, kind, choice, shares) values ($1, $2, '2a', 'DIRECTOR', $3, $4)`,
        [meeting, ballot, choice, shares],
      );
    expect(await part('FOR', '0')).toBe('vote_choices_shares_check');
    expect(await part('FOR', '100.0000000000000001')).toBe('vote_choices_within_weight');
    expect(await part('FOR', '60')).toBe('done');
    expect(await part('WITHHOLD', '40.5')).toBe('vote_choices_within_weight');
    expect(await asApp('update votes set weight = 1000 where id = $1', [ballot])).toMatch(
      /permission denied/,
    );
    expect(
      await asApp('insert into votes (meeting_id, shareholder_id, weight) values ($1, $2, 1)', [meeting, a]),
    ).toBe('votes_effective');
    expect(await asApp('update vote_choices set choice = $1', ['AGAINST'])).toMatch(/permission denied/);
    await proxy.revoke(ballot);
    expect(await asApp('update votes set revoked_at = null where id = $1', [ballot])).toBe('votes_immutable');
    expect(
      await asApp('insert into votes (meeting_id, shareholder_id, weight) values ($1, $2, 0)', [
        elsewhere,
        b,
      ]),
    ).toBe('votes_weight_check');
  });
});
