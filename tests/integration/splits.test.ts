import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as holdingsHandler } from '#functions/reporting/get-holdings-report.ts';
import { handler as applySplits } from '#functions/scheduled/apply-splits.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { getHoldingsReport } from '#reporting/reports/reports.routes.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, enterHolders, work } from '#tests/support/dividends.ts';
import { Meetings } from '#tests/support/proxy.ts';
import { brokenPositions, daysAgo, Register } from '#tests/support/register.ts';
import { RegisterFiles } from '#tests/support/register-files.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const TODAY = daysAgo(0);
const split = (numerator: unknown, denominator: unknown, more: object = {}) => ({
  ...{ kind: 'SPLIT', numerator, denominator, fractions: 'KEEP', effective_date: TODAY },
  ...more,
});

/** A split whose fractions are paid, from today on. */
const inCash = (numerator: number, denominator: number, more: object = {}) =>
  split(numerator, denominator, {
    ...{ fractions: 'CASH', price_per_share: '10', currency: 'USD', payable_date: TODAY },
    ...more,
  });

interface DividendLine {
  readonly shareholder_id: string;
  readonly amount: string;
}

interface World {
  readonly tenant: TestTenant;
  readonly ops: Register;
  readonly holders: readonly string[];
}

/** An issuer with these positions, entered ten days ago. */
async function world(...holdings: string[]): Promise<World> {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  await declareClasses(database.admin, tenant, 'PREF');
  const holders = await enterHolders(database.admin, tenant.id, holdings);
  return { tenant, ops: new Register(tenant.as('OPS')), holders };
}

/** Carries out what is due in every tenant, as the job does today. */
const runJob = (time = new Date()) =>
  applySplits({ id: randomUUID(), time: time.toISOString() }, {
    getRemainingTimeInMillis: () => 600_000,
  } as never);

/** Proposes, approves and applies; answers the id. */
async function done({ tenant, ops }: World, body: object): Promise<string> {
  const waiting = await ops.split(body);
  await approved(tenant, waiting);
  await runJob();
  return waiting.body.subject.id;
}

async function undone({ tenant, ops }: World, id: string): Promise<void> {
  await approved(tenant, await ops.reverseAction(id));
  await runJob();
}

const held = ({ ops, holders }: World) =>
  Promise.all(holders.map(async (id) => (await ops.get(id)).body.holdings as string));

const refusal = (answer: TestResponse) => [
  answer.status,
  answer.body.errors?.[0]?.code ?? answer.body.type.replace('/problems/', ''),
];

describe('a split', () => {
  test.each([
    ['KEEP', 3, 2, ['10', '0.00000001', '7.5'], ['15', '0.00000001', '11.25'], '0.00000001'],
    ['KEEP', 1, 3, ['10', '1', '0.00000002'], ['3.33333333', '0.33333333', '0'], '0.00000001'],
    ['ROUND_DOWN', 1, 10, ['105', '9', '20'], ['10', '0', '2'], '1.4'],
    ['ROUND_DOWN', 7, 3, ['10', '1.5', '99999999999'], ['23', '3', '233333333331'], '0.83333333'],
    ['KEEP', 10000, 1, ['0.00000001', '12345678901234'], ['0.0001', '123456789012340000'], '0'],
  ] as const)(
    '%s %i for %i gives every holder exactly that, and says what is lost',
    async (fractions, n, d, before, after, lost) => {
      const w = await world(...before);
      const body = split(n, d, { fractions });
      const preview = await w.ops.split(body, { dry_run: 'true' });
      expect(preview.status, preview.text).toBe(200);
      expect((await w.ops.actions()).body.data, 'a preview stores nothing').toEqual([]);
      const id = await done(w, body);
      expect(await held(w)).toEqual(after);
      const { kind: _, ...told } = preview.body;
      const action = (await w.ops.action(id)).body;
      expect(action).toMatchObject({
        ...told,
        id,
        state: 'APPLIED',
        holders: before.length,
        fractions_total: expect.any(String),
      });
      expect(Number(action.fractions_total)).toBeCloseTo(Number(lost), 7);
      for (const [index, holder] of w.holders.entries()) {
        const entries = (await w.ops.positions(holder)).body.data;
        expect(entries).toHaveLength(before[index] === after[index] ? 1 : 2);
        if (entries.length === 2)
          expect(entries[0]).toMatchObject({
            ...{ reason: `split ${n} for ${d}`, source: `corporate-action:${id}`, effective_date: TODAY },
          });
      }
      expect(await runJob(), 'again, nothing').toEqual({ done: 0 });
      await undone(w, id);
      expect(await held(w)).toEqual(before);
      expect((await w.ops.action(id)).body.state).toBe('REVERSED');
      expect(await brokenPositions(database.admin)).toEqual([]);
    },
  );

  test('is of one class, takes treasury shares and what is authorized along, and gives it back', async () => {
    const w = await world('100');
    const pref = await w.ops.holder('30', { security_class: 'PREF', effective_date: daysAgo(5) });
    const both = w.holders[0] as string;
    await w.ops.update(both, { holdings: '4', security_class: 'PREF', effective_date: daysAgo(5) });
    await approved(w.tenant, await w.ops.update(pref.id, { treasury: true, effective_date: daysAgo(5) }));
    await w.ops.updateClass('PREF', { authorized: '40' });
    const id = await done(w, split(5, 2, { security_class: 'PREF' }));
    const classOf = async () => {
      const { authorized, issued, treasury_shares } = (await w.ops.class('PREF')).body;
      return { authorized, issued, treasury_shares };
    };
    expect([...(await held(w)), (await w.ops.get(pref.id)).body.holdings]).toEqual(['110', '75']);
    expect(await classOf()).toEqual({ authorized: '100', issued: '85', treasury_shares: '75' });
    await undone(w, id);
    expect(await classOf()).toEqual({ authorized: '40', issued: '34', treasury_shares: '30' });
    const back = await done(w, split(1, 2, { security_class: 'PREF', effective_date: daysAgo(-0) }));
    expect(await classOf()).toEqual({ authorized: '20', issued: '17', treasury_shares: '15' });
    await undone(w, back);
    expect(await classOf()).toEqual({ authorized: '40', issued: '34', treasury_shares: '30' });
  });

  test.each([
    ['0/1', split(0, 1), [422, 'out-of-range']],
    ['1/0', split(1, 0), [422, 'out-of-range']],
    ['1/1', split(1, 1), [422, 'invalid']],
    ['1000000/1', split(1_000_000, 1), [422, 'out-of-range']],
    ['1.5/1', split('1.5', 1), [422, 'invalid']],
    ['cash without its terms', split(2, 1, { fractions: 'CASH' }), [422, 'invalid']],
    ['whole shares at a price', split(2, 1, { price_per_share: '1' }), [422, 'invalid']],
    ['cash before the split', inCash(2, 1, { payable_date: daysAgo(1) }), [422, 'invalid']],
    ['cash too late', inCash(2, 1, { payable_date: daysAgo(-60) }), [422, 'invalid']],
    ['cash in no currency', inCash(2, 1, { currency: 'XXX' }), [422, 'invalid']],
    ['cash beyond what can be paid', inCash(1, 3, { price_per_share: '9'.repeat(20) }), [422, 'too-large']],
    ['an undeclared class', split(2, 1, { security_class: 'COMON' }), [422, 'unknown-security-class']],
    ['a class without shares', split(2, 1, { security_class: 'PREF' }), [422, 'no-shares']],
    [
      'a day as of which positions changed',
      split(2, 1, { effective_date: daysAgo(10) }),
      [422, 'positions-changed'],
    ],
  ] as const)('of %s is refused', async (_, body, expected) => {
    const { ops } = await world('100');
    const [status, code] = refusal(await ops.split(body));
    expect(status).toBe(expected[0]);
    if (!['out-of-range', 'invalid'].includes(expected[1])) expect(code).toBe(expected[1]);
    expect(refusal(await ops.split(body, { dry_run: 'true' }))).toEqual([status, code]);
  });

  test('waits for its day, where the issuer lives, and there is one of a class and day', async () => {
    const w = await world('100');
    const tomorrow = daysAgo(-1);
    const waiting = await w.ops.split(split(2, 1, { effective_date: tomorrow }));
    const second = await w.ops.split(split(3, 1, { effective_date: tomorrow }));
    await approved(w.tenant, waiting);
    expect(await runJob()).toEqual({ done: 0 });
    expect(await held(w)).toEqual(['100']);
    const answer = await new Approvals(w.tenant.as('COMPLIANCE')).approve(second.body.id);
    expect(refusal(answer)).toEqual([409, 'corporate-action-exists']);
    await undone(w, waiting.body.subject.id);
    expect((await w.ops.action(waiting.body.subject.id)).body.state, 'called off').toBe('REVERSED');
    await approved(w.tenant, second);
    expect((await w.ops.actions()).body.data.map(({ state }: { state: string }) => state)).toEqual([
      'SCHEDULED',
      'REVERSED',
    ]);
  });
});

describe('cash for the fractions of a split', () => {
  const digits = (places: bigint) => (value: bigint) =>
    `${value / 10n ** places}.${String(value % 10n ** places).padStart(Number(places), '0')}`;
  const eight = digits(8n);

  /** The minor units for what is left of a position, by whole numbers alone: half to even. */
  function owed(held: bigint, n: bigint, d: bigint, price: bigint, exponent: bigint): bigint {
    const whole = d * 10n ** 16n;
    const exact = ((held * n) % (d * 10n ** 8n)) * price * 10n ** exponent;
    const [quotient, twice] = [exact / whole, (exact % whole) * 2n];
    return quotient + (twice > whole || (twice === whole && quotient % 2n === 1n) ? 1n : 0n);
  }

  /** Takes the run on as the sweep does that finds it. */
  async function write({ tenant }: World, dividend: string): Promise<void> {
    aws.endpoint.queues.send(
      'vestry-test-dividend-runs',
      JSON.stringify({ tenant_id: tenant.id, dividend_id: dividend, closed_on: daysAgo(1) }),
    );
    await work(aws);
  }

  test('is exact for every holder, ratio and price, adds up, and goes with the split', async () => {
    const side = fc.integer({ min: 1, max: 10_000 });
    const position = fc.oneof(
      fc.bigInt({ min: 1n, max: 10n ** 14n }),
      fc.bigInt({ min: 1n, max: 10n ** 6n }).map((shares) => shares * 10n ** 8n),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(side, side).filter(([n, d]) => n !== d),
        fc.array(position, { minLength: 1, maxLength: 12 }),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.constantFrom(['USD', 2n], ['JPY', 0n], ['KWD', 3n]),
        async ([n, d], positions, price, [currency, exponent]) => {
          const w = await world(...positions.map(eight));
          const treasury = await w.ops.holder('10.7', { effective_date: daysAgo(5) });
          await approved(
            w.tenant,
            await w.ops.update(treasury.id, { treasury: true, effective_date: daysAgo(5) }),
          );
          const body = inCash(n, d, { price_per_share: eight(price), currency });
          const preview = await w.ops.split(body, { dry_run: 'true' });
          const id = await done(w, body);
          const units = 10n ** 8n;
          const left = positions.map((held) => (held * BigInt(n)) % (BigInt(d) * units));
          const expected = positions.map((held) => owed(held, BigInt(n), BigInt(d), price, exponent));
          const total = expected.reduce((sum, one) => sum + one, 0n);
          const money = exponent === 0n ? String : digits(exponent);
          expect(await held(w)).toEqual(
            positions.map((one) => String((one * BigInt(n)) / (BigInt(d) * units))),
          );
          const paid = left.filter((fraction) => fraction > 0n).length;
          expect(preview.body.cash).toMatchObject({ holders: paid, total_amount: money(total) });
          const { dividend_id } = (await w.ops.action(id)).body;
          expect(dividend_id === null).toBe(paid === 0);
          if (paid > 0) {
            const dividends = new Dividends(w.tenant.as('OPS'));
            await write(w, dividend_id);
            const lines = (await dividends.lines(dividend_id, { limit: '200' })).body.data;
            expect(new Map(lines.map((line: DividendLine) => [line.shareholder_id, line.amount]))).toEqual(
              new Map(
                w.holders.flatMap((holder, i) =>
                  left[i] === 0n ? [] : [[holder, money(expected[i] as bigint)]],
                ),
              ),
            );
            expect((await dividends.get(dividend_id)).body).toMatchObject({
              ...{ total_amount: money(total), reconciled: true, corporate_action_id: id, holders: paid },
              record_date: daysAgo(1),
            });
          }
          await undone(w, id);
          expect(await held(w)).toEqual(positions.map((one) => canonicalDecimal(eight(one))));
        },
      ),
      { numRuns: 8 },
    );
    expect(await brokenPositions(database.admin)).toEqual([]);
  });

  test('is approved with the split, held until its day, and cancelled by the reversal alone', async () => {
    const w = await world('101', '7', '4');
    const dividends = new Dividends(w.tenant.as('OPS'));
    const later = await dividends.declare({ record_date: daysAgo(1), rate_per_share: '1' });
    const body = inCash(1, 4, { price_per_share: '9.99', payable_date: daysAgo(-30) });
    const preview = (await w.ops.split(body, { dry_run: 'true' })).body;
    expect(preview.fractions_total).toBe('1');
    expect(preview.cash).toMatchObject({
      ...{ holders: 2, shares: '1', total_amount: '9.99', withheld_amount: '0.00' },
      largest: [
        { shareholder_id: w.holders[1], holdings: '7', fraction: '0.75', amount: '7.49', withheld: '0.00' },
        { shareholder_id: w.holders[0], holdings: '101', fraction: '0.25', amount: '2.50' },
      ],
    });
    const waiting = await w.ops.split(body);
    expect(waiting.body.after.cash).toMatchObject({ price_per_share: '9.99', total_amount: '9.99' });
    await approved(w.tenant, waiting);
    await runJob();
    const { id } = waiting.body.subject;
    const action = (await w.ops.action(id)).body;
    expect(action).toMatchObject({
      ...{ fractions: 'CASH', price_per_share: '9.99', currency: 'USD', payable_date: daysAgo(-30) },
      created_by: waiting.body.requested_by,
    });
    await write(w, later);
    await write(w, action.dividend_id);
    expect((await dividends.get(later)).body.total_amount, 'what was declared before').toBe('112.00');
    expect((await dividends.get(action.dividend_id)).body).toMatchObject({
      ...{ state: 'PENDING', approval: 'APPROVED', rate_per_share: '9.99', payable_date: daysAgo(-30) },
      ...{ total_amount: '9.99', residual: '0', unpaid_amount: '9.99', reconciled: true },
      created_by: waiting.body.requested_by,
    });
    const refused = await dividends.cancel(action.dividend_id);
    expect(refusal(refused)).toEqual([409, 'dividend-not-cancellable']);
    expect(refused.body.detail).toContain(id);
    await undone(w, id);
    expect(await held(w)).toEqual(['101', '7', '4']);
    expect((await dividends.get(action.dividend_id)).body).toMatchObject({
      ...{ state: 'CANCELLED', cancel_reason: 'REQUESTED', reconciled: true },
    });
    const { rows } = await database.admin.query(
      `select account, sum(amount)::text as sum from (
         select debit_account as account, amount from journal where tenant_id = $1 and dividend_id = $2
         union all select credit_account, -amount from journal where tenant_id = $1 and dividend_id = $2) as posted
       group by 1 having sum(amount) <> 0`,
      [w.tenant.id, action.dividend_id],
    );
    expect(rows, 'the ledger owes nothing of it').toEqual([]);
    const again = await done(w, inCash(1, 4, { price_per_share: '8' }));
    expect((await w.ops.action(again)).body.dividend_id).not.toBe(action.dividend_id);
  });
});

describe('around a split', () => {
  test('nothing is entered in shares of before it, and nothing while it is due', async () => {
    const w = await world('100', '50');
    const [from, to] = w.holders as [string, string];
    const order = (effective_date: string) => ({
      ...{ from_shareholder_id: from, to_shareholder_id: to, quantity: '1', effective_date },
    });
    const earlier = (await w.ops.transfer(order(daysAgo(3)))).body.transfer_id;
    const waiting = await w.ops.split(split(2, 1));
    await approved(w.tenant, waiting);
    expect(refusal(await w.ops.transfer(order(TODAY)))).toEqual([409, 'split-under-way']);
    expect((await w.ops.transfer(order(daysAgo(1)))).status, 'shares of before it').toBe(201);
    await runJob();
    expect(await held(w)).toEqual(['196', '104']);
    expect((await w.ops.transfer(order(TODAY))).status).toBe(201);
    const late = await w.ops.transfer(order(daysAgo(1)));
    expect(refusal(late)).toEqual([422, 'dated-before-split']);
    expect(late.body.detail).toContain('were split 2 for 1');
    expect(refusal(await w.ops.reverse(earlier))).toEqual([422, 'dated-before-split']);
    expect(refusal(await w.ops.update(from, { holdings: '7', effective_date: daysAgo(2) }))).toEqual([
      422,
      'dated-before-split',
    ]);
    expect(await held(w)).toEqual(['195', '105']);
  });

  test('a reversal is refused while something stands on it, and says what', async () => {
    const w = await world('100', '50');
    const [from, to] = w.holders as [string, string];
    const id = await done(w, split(2, 1));
    const order = { from_shareholder_id: from, to_shareholder_id: to, quantity: '3', effective_date: TODAY };
    const { transfer_id } = (await w.ops.transfer(order)).body;
    const refused = await w.ops.reverseAction(id);
    expect(refusal(refused)).toEqual([409, 'corporate-action-not-reversible']);
    expect(refused.body.detail).toContain(`transfer:${transfer_id}`);
    expect((await w.ops.reverse(transfer_id)).status).toBe(201);
    const waiting = await w.ops.reverseAction(id);
    await w.ops.transfer(order);
    expect(refusal(await new Approvals(w.tenant.as('COMPLIANCE')).approve(waiting.body.id))).toEqual([
      409,
      'corporate-action-not-reversible',
    ]);
  });

  test('a dividend and a meeting count the shares of their record date, whenever the split comes', async () => {
    const w = await world('100');
    const dividends = new Dividends(w.tenant.as('OPS'));
    const meetings = new Meetings(w.tenant.as('OPS'));
    const before = await dividends.declare({ record_date: daysAgo(3), rate_per_share: '1' });
    const meeting = await meetings.meeting({ record_date: daysAgo(3) });
    await done(w, split(2, 1, { effective_date: daysAgo(2) }));
    const after = await dividends.declare({ record_date: daysAgo(1), rate_per_share: '1' });
    for (const id of [before, after])
      aws.endpoint.queues.send(
        'vestry-test-dividend-runs',
        JSON.stringify({ tenant_id: w.tenant.id, dividend_id: id, closed_on: daysAgo(1) }),
      );
    await work(aws);
    expect((await dividends.get(before)).body.total_amount).toBe('100.00');
    expect((await dividends.get(after)).body.total_amount).toBe('200.00');
    const ballot = await meetings.vote(meeting, w.holders[0] as string);
    expect(ballot.body.weight).toBe('100');
    expect(refusal(await w.ops.split(split(2, 1, { effective_date: daysAgo(1) })))).toEqual([
      422,
      'record-date-frozen',
    ]);
  });

  test('a snapshot of a day that is over applies the split first, and a ballot waits for it', async () => {
    const w = await world('100');
    const dividends = new Dividends(w.tenant.as('OPS'));
    const meetings = new Meetings(w.tenant.as('OPS'));
    const id = await dividends.declare({ record_date: daysAgo(1), rate_per_share: '1' });
    const meeting = await meetings.meeting({ record_date: daysAgo(1) });
    await approved(w.tenant, await w.ops.split(split(2, 1, { effective_date: daysAgo(1) })));
    expect(refusal(await meetings.vote(meeting, w.holders[0] as string))).toEqual([409, 'split-under-way']);
    aws.endpoint.queues.send(
      'vestry-test-dividend-runs',
      JSON.stringify({ tenant_id: w.tenant.id, dividend_id: id, closed_on: daysAgo(1) }),
    );
    await work(aws);
    expect((await dividends.get(id)).body.total_amount).toBe('200.00');
    expect((await meetings.vote(meeting, w.holders[0] as string)).body.weight).toBe('200');
  });

  test('a report of holdings is that of its day and instant', async () => {
    const w = await world('100');
    const report = async (query: Record<string, string>) =>
      (await call(holdingsHandler, getHoldingsReport, { as: w.tenant.as('OPS'), query })).body;
    const { known_at } = await report({});
    await done(w, split(3, 1));
    expect((await report({ as_of: daysAgo(1) })).total_holdings).toBe('100');
    expect((await report({})).total_holdings).toBe('300');
    expect((await report({ known_at })).total_holdings).toBe('100');
  });

  test('a file of the register of before it changes nothing, whichever way it says so', async () => {
    const w = await world();
    const holder = await w.ops.holder('100', { external_ref: 'A', name: 'Ann' });
    const files = new RegisterFiles(aws, w.tenant.as('OPS'));
    const text = 'external_ref,name,holdings\nA,Ann,101\nB,Bob,5\n';
    const received = (await files.send(text)).body.id as string;
    const waiting = await w.ops.split(split(2, 1));
    await approved(w.tenant, waiting);
    const errorsOf = ({ body }: TestResponse) => body.errors.map(({ code }: { code: string }) => code);
    await files.process(received);
    expect((await w.ops.action(waiting.body.subject.id)).body.state, 'the file applied it first').toBe(
      'APPLIED',
    );
    expect(errorsOf(await files.get(received))).toEqual(['changed-since-received', 'changed-since-received']);
    const dated = await files.load(text, { as_of: daysAgo(1) });
    expect(errorsOf(dated)).toEqual(['before-split', 'before-split']);
    expect((await w.ops.get(holder.id)).body.holdings).toBe('200');
    const plain = await files.load('external_ref,name,holdings\nA,Ann,201\n');
    expect(errorsOf(plain)).toEqual([]);
    expect((await w.ops.get(holder.id)).body.holdings).toBe('201');
    expect(await brokenPositions(database.admin)).toEqual([]);
  });
});
