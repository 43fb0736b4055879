import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as uploadHandler } from '#functions/uploads/create-ballot-upload.ts';
import { type UploadId, uuidV7 } from '#kernel/ids.ts';
import { tenantSession } from '#platform/db/tenant-session.ts';
import { tenantTx } from '#platform/db/tenant-tx.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { BallotsMoved } from '#proxy/load-ballots.ts';
import { blockHash } from '#tests/oracles/block-hash.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { day, enterHolders } from '#tests/support/dividends.ts';
import { dropCredentialOf } from '#tests/support/drop-credentials.ts';
import { AGENDA, HOUR_MS, instant, Meetings } from '#tests/support/proxy.ts';
import { Register } from '#tests/support/register.ts';
import { call } from '#tests/support/request.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { UploadMappings } from '#tests/support/upload-mappings.ts';
import { DELIVERY, objectText, storedFile, storeFile } from '#tests/support/uploads.ts';
import { createBallotUpload } from '#uploads/intake/ballot-uploads.routes.ts';
import { toUpload } from '#uploads/intake/upload-answer.ts';
import { ballotLoader } from '#uploads/loading/ballot-loader.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';
import type { UploadRecord } from '#uploads/upload.repository.ts';

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let proxy: Meetings;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
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
      { id: 'quarters', kind: 'STANDARD', threshold: '3/4' },
      { id: 'more', kind: 'STANDARD', threshold: '76/101' },
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
      quarters: 'AGAINST',
      more: 'AGAINST',
      elected: 'WITHHOLD',
    });
    await proxy.cast(meeting, c, {
      majority: 'ABSTAIN',
      special: 'ABSTAIN',
      higher: 'ABSTAIN',
      quarters: 'ABSTAIN',
      more: 'ABSTAIN',
      against: 'FOR',
    });
    expect(await outcome()).toEqual({
      majority: [null, true],
      special: ['0.75', true],
      higher: ['0.7500001', false],
      quarters: ['3/4', true],
      more: ['76/101', false],
      against: [null, false],
      silent: [null, false],
      seat: [null, null],
      elected: ['0.5', true],
    });
    for (const threshold of ['0', '1.00000001', '-1', 'most', '3/2', '0/1', '1/0', '2/3 ', '1/10000'])
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

describe('a file of ballots', () => {
  const HEADER = 'meeting_id,external_ref,item_id,choice,votes,security_class';
  let files = 0;

  /** Enters holders A, B, C, … of the shares; answers their ids. */
  async function holdersOf(...holdings: string[]): Promise<string[]> {
    const ids = await enterHolders(database.admin, acme.id, holdings);
    for (const [index, id] of ids.entries())
      await database.admin.query('update shareholders set external_ref = $2 where id = $1', [
        id,
        String.fromCharCode(65 + index),
      ]);
    return ids;
  }

  // biome-ignore lint/suspicious/noExplicitAny: a row of the database, asserted on
  type Row = any;

  async function uploadOf(key: string): Promise<Row> {
    const { rows } = await database.admin.query('select * from uploads where object_key = $1', [key]);
    return rows[0];
  }

  async function put(content: string, folder = 'ballots', extension = 'csv') {
    files += 1;
    const key = `drop/${acme.slug}/${folder}/${files}.${extension}`;
    return storeFile(aws, key, content, await dropCredentialOf(database.admin, acme));
  }

  async function load(content: string, folder?: string, extension?: string): Promise<Row> {
    const file = await put(content, folder, extension);
    await processUpload(file, DELIVERY);
    return uploadOf(file.key);
  }

  const csv = (...rows: string[]) => `${[HEADER, ...rows].join('\n')}\n`;
  const found = ({ errors }: Row) => errors.map(({ line, column, code }: Row) => [line, column, code]);
  const answer = (row: Row) => {
    const { accepted, recorded, unchanged, ignored, rejected } = toUpload(row as UploadRecord);
    return { accepted, recorded, unchanged, ignored, rejected };
  };

  async function send(content: string, query: Record<string, string> = {}) {
    const form = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${content}\r\n--b--\r\n`;
    const sent = await call(uploadHandler, createBallotUpload, {
      as: acme.as('OPS'),
      body: Buffer.from(form),
      headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
      query,
    });
    if (sent.status !== 202) return sent.body;
    const { rows } = await database.admin.query('select object_key from uploads where id = $1', [
      sent.body.id,
    ]);
    await processUpload(storedFile(aws, rows[0].object_key), DELIVERY);
    return uploadOf(rows[0].object_key);
  }

  test('casts every good ballot, and names every row that can’t be cast with its line and field', async () => {
    const [, b = ''] = await holdersOf('100', '50', '25', '10', '5', '1', '7', '8');
    await database.admin.query(
      `insert into shareholders (tenant_id, external_ref, name, holdings) values ($1, 'NONE', 'Holder', 0)`,
      [acme.id],
    );
    const meeting = await proxy.meeting();
    const later = await proxy.meeting({ opens_at: instant(HOUR_MS), closes_at: instant(2 * HOUR_MS) });
    const past = await proxy.meeting({
      record_date: day(-3),
      opens_at: instant(-48 * HOUR_MS),
      closes_at: instant(-HOUR_MS),
    });
    const cancelled = await proxy.meeting({ opens_at: instant(HOUR_MS), closes_at: instant(2 * HOUR_MS) });
    await proxy.cancel(cancelled);
    const today = await proxy.meeting({ record_date: day(-1) });
    await database.admin.query(
      `with past as materialized (select set_config('session_replication_role', 'replica', true))
       update meetings set record_date = $2 from past where id = $1`,
      [today, day(0)],
    );
    const nowhere = '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d';
    await proxy.cast(meeting, b, { 1: 'FOR' });
    const upload = await load(
      csv(
        `${meeting},A,1,FOR,60,`,
        `${meeting},A,1,AGAINST,40,`,
        `${meeting.toUpperCase()},A,2a,WITHHOLD,,`,
        `${meeting},C,1,FOR,20,`,
        `${meeting},C,1,ABSTAIN,5.00000001,`,
        `${meeting},C,2a,FOR,,`,
        `${meeting},NONE,1,FOR,,`,
        `${meeting},NOBODY,1,FOR,,`,
        `${meeting},B,1,AGAINST,,`,
        `${meeting},D,7,FOR,,`,
        `${meeting},D,1,FOR,0,`,
        `${meeting},E,2a,AGAINST,,`,
        `${meeting},E,1,MAYBE,,`,
        `${meeting},F,1,FOR,,PREF`,
        `${later},A,1,FOR,,`,
        `${past},A,1,FOR,,`,
        `${cancelled},A,1,FOR,,`,
        `${today},A,1,FOR,,`,
        `${nowhere},A,1,FOR,,`,
        `x,A,1,FOR,,`,
        `${meeting},G,1,FOR,1.5e3,`,
        `${meeting},G,1,FOR,-1,`,
        `${meeting},G,1,FOR,0.00000000000000001,`,
        `${meeting},,1,FOR,,`,
        `${meeting},G,,FOR,,`,
        `${meeting},H,1,FOR,,`,
        `${meeting},H,1,AGAINST,,`,
        `${meeting},H,2a,FOR,3,`,
        `${meeting},H,2a,FOR,5,`,
        `${meeting},H,2a,WITHHOLD,5,`,
      ),
    );
    expect(upload).toMatchObject({
      state: 'COMPLETED',
      rows: 30,
      accepted: 6,
      ignored: 1,
      rejected: 23,
      failure: null,
    });
    expect(found(upload)).toEqual([
      [5, 'votes', 'above-weight'],
      [6, 'votes', 'above-weight'],
      [7, null, 'ballot-incomplete'],
      [8, 'external_ref', 'no-position'],
      [9, 'external_ref', 'unknown-holder'],
      [10, 'external_ref', 'ballot-exists'],
      [11, 'item_id', 'unknown-item'],
      [13, 'choice', 'unknown-choice'],
      [14, 'choice', 'unknown-value'],
      [15, 'security_class', 'unknown-security-class'],
      [16, 'meeting_id', 'meeting-not-open'],
      [17, 'meeting_id', 'meeting-closed'],
      [18, 'meeting_id', 'meeting-closed'],
      [19, 'meeting_id', 'meeting-not-open'],
      [20, 'meeting_id', 'unknown-meeting'],
      [21, 'meeting_id', 'unknown-value'],
      [22, 'votes', 'invalid-number'],
      [23, 'votes', 'negative'],
      [24, 'votes', 'too-many-decimals'],
      [25, 'external_ref', 'required'],
      [26, 'item_id', 'required'],
      [28, 'choice', 'duplicate-choice'],
      [30, 'choice', 'duplicate-choice'],
    ]);
    expect(upload.errors[0].message).toBe(
      'The votes for the item come to 25.00000001, and the holder has 25.',
    );
    expect(upload.errors[2].message).toMatch(/^Line 5 is of the same ballot/);
    expect(upload.errors[21].message).toMatch(/on line 27\.$/);
    const ballots = await ballotsOf(meeting);
    expect(ballots).toMatchObject([
      { shareholder_id: b, upload_id: null },
      { weight: '100', choices: { 1: { FOR: '60', AGAINST: '40' }, '2a': 'WITHHOLD' }, upload_id: upload.id },
      { weight: '8', choices: { 1: 'FOR', '2a': { FOR: '3', WITHHOLD: '5' } } },
    ]);
    expect((await proxy.report(meeting)).body).toMatchObject({
      ballots: 3,
      tally_sha256: tallyHash(ballots),
    });

    // The errors file has the whole ballot, which is taken once its row is corrected; the rest stays refused.
    const errors = await objectText(aws, upload.errors_key);
    const again = await load(errors.replace(',C,1,ABSTAIN,5.00000001', ',C,1,ABSTAIN,5'));
    expect(again).toMatchObject({ accepted: 3, rejected: 20 });
    expect((await ballotsOf(meeting)).at(-1)).toMatchObject({
      choices: { 1: { FOR: '20', ABSTAIN: '5' }, '2a': 'FOR' },
    });
  });

  test('casts by class, and settles the weights with its first ballot', async () => {
    await declareClasses(database.admin, acme, 'B');
    await database.admin.query(
      `update security_classes set votes_per_share = 2.5, version = version + 1 where tenant_id = $1 and code = 'B'`,
      [acme.id],
    );
    const [a = ''] = await holdersOf('100', '20', '10');
    const more = { holdings: '20', security_class: 'B', effective_date: day(-5) };
    expect((await new Register(acme.as('ADMIN')).update(a, more)).status).toBe(200);
    const meeting = await proxy.meeting({ security_classes: ['COMMON', 'B'] });
    const upload = await load(
      csv(
        `${meeting},A,1,FOR,,COMMON`,
        `${meeting},A,1,AGAINST,30,B`,
        `${meeting},A,1,ABSTAIN,20,B`,
        `${meeting},A,2a,FOR,,COMMON`,
        `${meeting},A,2a,FOR,,B`,
        `${meeting},B,1,FOR,20,COMMON`,
        `${meeting},B,2a,FOR,,B`,
        `${meeting},C,1,FOR,5,COMMON`,
        `${meeting},C,1,AGAINST,5,`,
      ),
    );
    expect(found(upload)).toEqual([
      [7, null, 'ballot-incomplete'],
      [8, 'security_class', 'no-position'],
      [9, null, 'ballot-incomplete'],
      [10, 'security_class', 'mixed-classes'],
    ]);
    expect(await ballotsOf(meeting)).toMatchObject([
      { weight: '150', choices: { 1: { FOR: '100', AGAINST: '30', ABSTAIN: '20' }, '2a': 'FOR' } },
    ]);
    // The weights are settled: what the register is told later of that day gives nobody more votes.
    const late = { holdings: '500', security_class: 'B', effective_date: day(-5) };
    expect((await new Register(acme.as('ADMIN')).update(a, late)).status).toBe(200);
    expect((await proxy.report(meeting)).body.entitled_shares).toBe('180');
    expect(await load(csv(`${meeting},B,1,FOR,20.5,`))).toMatchObject({
      accepted: 0,
      errors: [{ code: 'above-weight' }],
    });
  });

  test('is judged again when the votes that it was judged by are others once they are settled, and only then', async () => {
    const moves = [
      ['B', 'above-weight'],
      ['C', undefined],
    ] as const;
    for (const [moved, refused] of moves) {
      acme = await insertTestTenant(database.admin, 'ISSUER');
      proxy = new Meetings(acme.as('ADMIN'));
      const ids = await holdersOf('100', '50', '25');
      const meeting = await proxy.meeting();
      const content = csv(`${meeting},A,1,FOR,,`, `${meeting},B,1,FOR,50,`);
      const uploadId = uuidV7<UploadId>();
      await tenantSession(acme.id, async (session) => {
        const staged = await ballotLoader.stage(session, Readable.from([Buffer.from(content)]), 'csv', {});
        await ballotLoader.refuseRepeated(session, staged);
        const file = { tenantId: acme.id, uploadId, shownAt: null, permit: undefined, asOf: null };
        const conflicts = { ...file, replaces: false, receivedAt: new Date() };
        expect(await ballotLoader.refuseConflicts(session, conflicts, staged)).toBe(0);
        // A back-dated entry comes between the judgement and the first ballot.
        const id = ids[moved.charCodeAt(0) - 65] ?? '';
        await database.admin.query('delete from register_settings where tenant_id = $1', [acme.id]);
        await database.admin.query(
          'insert into register_settings (tenant_id, by_hand_percent, by_file_percent) values ($1, 100, 100)',
          [acme.id],
        );
        const change = { holdings: '20', effective_date: day(-9) };
        expect((await new Register(acme.as('ADMIN')).update(id, change)).status).toBe(200);
        const load = () =>
          tenantTx(
            systemActor(acme.id, 'test', { suspended: 'goes-on' }),
            (tx) =>
              ballotLoader.load(tx, {
                tenantId: acme.id,
                uploadId,
                requestId: 'test',
                rows: 2,
                staged,
              } as never),
            {
              audit: () => ({ action: 'upload.completed', resource: `uploads/${uploadId}`, payload: {} }),
              session,
            },
          );
        if (refused === undefined) await load();
        else {
          await expect(load()).rejects.toThrow(BallotsMoved);
          expect(await ballotLoader.refuseConflicts(session, conflicts, staged)).toBe(1);
          await load();
        }
      });
      const weights = (await ballotsOf(meeting)).map(({ shareholder_id, weight }) => [
        shareholder_id,
        weight,
      ]);
      // Ids of one millisecond have no order.
      expect(weights.sort(([, a], [, b]) => Number(b) - Number(a))).toEqual(
        [
          [ids[0], '100'],
          [ids[1], '50'],
        ].slice(0, refused === undefined ? 2 : 1),
      );
    }
  });

  test('changes nothing when it comes again, is checked alone on demand, and is cast again once a ballot was revoked', async () => {
    const [a = '', b = ''] = await holdersOf('100', '50', '25');
    const meeting = await proxy.meeting();
    const rows = [`${meeting},A,1,FOR,60,`, `${meeting},A,1,AGAINST,40,`, `${meeting},B,1,FOR,,`];
    const checked = await send(csv(...rows), { dry_run: 'true' });
    expect(answer(checked)).toEqual({ accepted: 3, recorded: 3, unchanged: 0, ignored: 0, rejected: 0 });
    expect(await ballotsOf(meeting)).toEqual([]);
    const first = await send(csv(...rows));
    expect(first).toMatchObject({ state: 'COMPLETED', bytes_done: first.bytes_total, rows: 3 });
    const ballots = await ballotsOf(meeting);
    expect(ballots).toHaveLength(2);
    expect(await send(csv(...rows)), 'the same bytes').toMatchObject({ id: first.id });
    // The same ballots in other bytes, however the votes are written, and one more.
    const second = await load(
      csv(rows[1] ?? '', `${meeting},A,1,FOR,60.0,`, `${meeting},B,1,FOR,50,`, `${meeting},C,1,FOR,,`),
    );
    expect(answer(second)).toEqual({ accepted: 4, recorded: 1, unchanged: 3, ignored: 0, rejected: 0 });
    expect((await ballotsOf(meeting)).slice(0, 2)).toEqual(ballots);
    const other = await load(csv(`${meeting},A,1,FOR,,`, `${meeting},B,1,FOR,,`, `${meeting},B,2a,FOR,,`));
    expect(found(other).map(([, , code]: string[]) => code)).toEqual([
      'ballot-exists',
      'ballot-exists',
      'ballot-exists',
    ]);
    const ballotOf = ballots.find(({ shareholder_id }) => shareholder_id === b) as unknown as { id: string };
    await proxy.revoke(ballotOf.id);
    const again = await send(csv(...rows));
    expect(answer(again)).toEqual({ accepted: 3, recorded: 1, unchanged: 2, ignored: 0, rejected: 0 });
    const { body } = await proxy.report(meeting);
    expect(body).toMatchObject({ ballots: 3, voted_shares: '175' });
    expect((await proxy.vote(meeting, a)).status).toBe(409);
  });

  test('counts in the order of receipt, whichever worker is faster', async () => {
    await holdersOf('100');
    const meeting = await proxy.meeting();
    const at = Date.now();
    const [older, newer] = [
      { ...(await put(csv(`${meeting},A,1,FOR,,`))), storedAt: new Date(at - 2).toISOString() },
      { ...(await put(csv(`${meeting},A,1,AGAINST,,`))), storedAt: new Date(at - 1).toISOString() },
    ];
    await processUpload(older, DELIVERY);
    // Its worker has died with the file in hand: the next delivery takes it up, and the other file waits for it.
    await database.admin.query(
      `update uploads set state = 'VALIDATING', completed_at = null where object_key = $1`,
      [older.key],
    );
    const ballots = await ballotsOf(meeting);
    await proxy.revoke((ballots[0] as unknown as { id: string }).id);
    await Promise.all([processUpload(newer, DELIVERY), processUpload(older, DELIVERY)]);
    expect(await uploadOf(older.key)).toMatchObject({ state: 'COMPLETED', accepted: 1 });
    expect(found(await uploadOf(newer.key))).toEqual([[2, 'external_ref', 'ballot-exists']]);
    expect((await proxy.report(meeting)).body.items[0].counts.FOR).toEqual({ ballots: 1, shares: '100' });
    // A file that is in hand for hours has lost its message: nobody waits for it.
    await database.admin.query(
      `update uploads set state = 'VALIDATING', completed_at = null, received_at = now() - interval '2 hours' where object_key = $1`,
      [older.key],
    );
    expect(await load(csv(`${meeting},A,1,FOR,100,`))).toMatchObject({ accepted: 1, unchanged: 1 });
  });

  test('of an agent, with a column for each item or each choice, is read by a mapping; JSON as it is', async () => {
    await holdersOf('1000', '2000', '30', '4');
    const meeting = await proxy.meeting();
    const mappings = new UploadMappings(acme.as('OPS'));
    const choices = { F: 'FOR', A: 'AGAINST', W: 'WITHHOLD' };
    const made = await mappings.create({
      name: 'agent',
      kind: 'ballots',
      columns: [
        { from: 'Account', to: 'external_ref' },
        { from: 'Prop 1', to: 'choice', value: { item_id: '1', meeting_id: meeting }, values: choices },
        { from: 'Prop 2a', to: 'choice', value: { item_id: '2a', meeting_id: meeting }, values: choices },
      ],
    });
    expect(made.status, made.text).toBe(201);
    const byItem = await load('Account,Prop 1,Prop 2a\nA,F,W\nB,A,\nC,X,F\n', 'ballots/agent');
    expect(byItem).toMatchObject({ rows: 5, accepted: 3, rejected: 2 });
    expect(found(byItem)).toEqual([
      [4, 'choice', 'unknown-value'],
      [4, null, 'ballot-incomplete'],
    ]);
    const bank = await mappings.create({
      name: 'bank',
      kind: 'ballots',
      columns: [
        { from: 'Konto', to: 'external_ref' },
        { from: 'TOP', to: 'item_id' },
        { from: 'Ja', to: 'votes', value: { choice: 'FOR', meeting_id: meeting } },
        { from: 'Nein', to: 'votes', value: { choice: 'AGAINST', meeting_id: meeting } },
      ],
      decimal: ',',
      separator: ';',
    });
    expect(bank.status, bank.text).toBe(201);
    const bySplit = await load('Konto;TOP;Ja;Nein\nC;1;20,5;9,5\nD;1;4;0\n', 'ballots/bank');
    expect(bySplit).toMatchObject({ rows: 4, accepted: 3, ignored: 1, rejected: 0 });
    expect((await ballotsOf(meeting)).map(({ choices: chosen }) => chosen)).toEqual([
      { 1: 'FOR', '2a': 'WITHHOLD' },
      { 1: 'AGAINST' },
      { 1: { FOR: '20.5', AGAINST: '9.5' } },
      { 1: 'FOR' },
    ]);
    for (const columns of [
      [{ from: 'Account', to: 'external_ref' }],
      [
        { from: 'Account', to: 'external_ref' },
        { from: 'P', to: 'choice', value: { item_id: '1' } },
      ],
      [
        { from: 'Account', to: 'external_ref' },
        { from: 'P', to: 'choice', value: { item_id: '1', meeting_id: meeting }, values: { F: 'YES' } },
      ],
    ])
      expect((await mappings.create({ name: 'odd', kind: 'ballots', columns })).status).toBe(422);
    const other = await proxy.meeting();
    const json = `[{"meeting_id":"${other}","external_ref":" A ","item_id":"1","choice":"FOR","votes":10.50},{"meeting_id":"${other}","external_ref":"A","item_id":"2a","choice":"FOR","votes":"","security_class":""},{"meeting_id":"${other}","external_ref":"B","item_id":1,"choice":"FOR"}]`;
    const upload = await load(json, 'ballots', 'json');
    expect(upload).toMatchObject({ accepted: 2, rejected: 1 });
    expect(found(upload)).toEqual([[1, 'item_id', 'wrong-type']]);
    expect((await ballotsOf(other)).map(({ choices: chosen }) => chosen)).toEqual([
      { 1: { FOR: '10.5' }, '2a': 'FOR' },
    ]);
  });

  test('of many ballots is counted once, until somebody votes or revokes', async () => {
    await holdersOf('1');
    const ids = await enterHolders(
      database.admin,
      acme.id,
      Array.from({ length: 1_200 }, () => '10'),
    );
    const { rows } = await database.admin.query('select external_ref from shareholders where id = any($1)', [
      ids.slice(0, 1_100),
    ]);
    const meeting = await proxy.meeting();
    const cast = await load(csv(...rows.map(({ external_ref }) => `${meeting},${external_ref},1,FOR,,`)));
    expect(cast).toMatchObject({ accepted: 1_100, rejected: 0 });
    const kept = async () => {
      const found = await database.admin.query(
        `select effective, revoked, tally ->> 'tally_sha256' as sha256 from meeting_tallies where meeting_id = $1`,
        [meeting],
      );
      return found.rows[0];
    };
    const report = async () => {
      const { body } = await proxy.report(meeting);
      const { ballots, voted_shares, tally_sha256 } = body;
      expect(await kept()).toMatchObject({ effective: ballots, sha256: tally_sha256 });
      return { ballots, voted_shares, tally_sha256 };
    };
    expect(await kept()).toMatchObject({ effective: 1_100, revoked: 0 });
    const first = await report();
    expect(first).toMatchObject({ ballots: 1_100, voted_shares: '11000' });
    const ballot = await proxy.cast(meeting, ids[1_150] ?? '');
    expect(await report()).toMatchObject({ ballots: 1_101, voted_shares: '11010' });
    await proxy.revoke(ballot);
    expect(await report()).toEqual(first);
    expect(await kept()).toMatchObject({ effective: 1_100, revoked: 1 });
    await proxy.cast(meeting, ids[1_151] ?? '', { 1: 'AGAINST' });
    await proxy.revoke(await proxy.cast(meeting, ids[1_152] ?? ''));
    expect(await report()).toMatchObject({ ballots: 1_101, voted_shares: '11010' });
    // It is served while nobody votes: a tally that counts something else shows.
    await database.admin.query(
      `update meeting_tallies set tally = jsonb_set(tally, '{voted_shares}', '"7"') where meeting_id = $1`,
      [meeting],
    );
    expect((await report()).voted_shares).toBe('7');
  });

  test('is not another tenant’s: a meeting and a holder of it are unknown, and a sponsor has none', async () => {
    await holdersOf('100');
    const meeting = await proxy.meeting();
    const owner = acme;
    acme = await insertTestTenant(database.admin, 'ISSUER');
    await holdersOf('5');
    expect(await load(csv(`${meeting},A,1,FOR,,`))).toMatchObject({ errors: [{ code: 'unknown-meeting' }] });
    acme = await insertTestTenant(database.admin, 'SPONSOR');
    expect(await load(csv(`${meeting},A,1,FOR,,`))).toMatchObject({
      state: 'FAILED',
      failure: expect.stringMatching(/^wrong-tenant/),
    });
    acme = owner;
    expect(await ballotsOf(meeting)).toEqual([]);
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
    const other = await insertTestTenant(database.admin, 'ISSUER');
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
    expect(
      await asApp(
        `insert into vote_choices (meeting_id, vote_id, item_id, kind, choice) values ($1, $2, '1', 'STANDARD', 'FOR')`,
        [elsewhere, ballot],
      ),
    ).toMatch(/^vote_choices_.*vote_id_fkey/);
    for (const [of, holder, refusal] of [
      [randomUUID(), b, /^votes_.*meeting_id_fkey/],
      [meeting, randomUUID(), /^votes_.*shareholder_id_fkey/],
      [meeting, (await enterHolders(database.admin, other.id, ['1']))[0], /^votes_.*shareholder_id_fkey/],
    ] as const)
      expect(
        await asApp('insert into votes (meeting_id, shareholder_id, weight) values ($1, $2, 1)', [
          of,
          holder,
        ]),
      ).toMatch(refusal);
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
