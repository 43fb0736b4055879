import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { closeDividend } from '#dividends/complete-dividend.ts';
import { handler as blockedHandler } from '#functions/payments/list-blocked-payments.ts';
import { handler as accelerateHandler } from '#functions/plans/accelerate-plan.ts';
import { handler as createGrantHandler } from '#functions/plans/create-grant.ts';
import { handler as explainHandler } from '#functions/plans/explain-plan.ts';
import { handler as getPlanHandler } from '#functions/plans/get-plan.ts';
import { handler as reverseHandler } from '#functions/plans/reverse-contribution.ts';
import { handler as contributions } from '#functions/reporting/get-contributions-report.ts';
import { handler as dividendHandler } from '#functions/reporting/get-dividend-report.ts';
import { handler as planStatementHandler } from '#functions/reporting/get-plan-statement.ts';
import { handler as statementHandler } from '#functions/reporting/get-shareholder-statement.ts';
import { handler as transactions } from '#functions/reporting/get-transactions-report.ts';
import { handler as vesting } from '#functions/reporting/get-vesting-report.ts';
import { handler as foreignForms } from '#functions/reporting/get1042-s-report.ts';
import { handler as forms } from '#functions/reporting/get1099-div-report.ts';
import { handler as applySplits } from '#functions/scheduled/apply-splits.ts';
import { addDays } from '#kernel/calendar.ts';
import { fromMinor } from '#kernel/money.ts';
import { listBlockedPayments } from '#payments/runs/payment-runs.routes.ts';
import { reverseContribution } from '#plans/contributions/contributions.routes.ts';
import { explainPlan } from '#plans/explain/explain.routes.ts';
import { createGrant } from '#plans/grants/create-grant.routes.ts';
import { acceleratePlan } from '#plans/plan-changes.routes.ts';
import { getPlan } from '#plans/plans.routes.ts';
import type { RouteSpec } from '#platform/http/route.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import * as nonresident from '#reporting/reports/form-1042-s.routes.ts';
import * as routes from '#reporting/reports/ledger-reports.routes.ts';
import * as ownership from '#reporting/reports/ownership.routes.ts';
import { getPlanStatement } from '#reporting/reports/plan-statement.routes.ts';
import { snapshotHash } from '#tests/oracles/snapshot-hash.ts';
import { withheldOf, withholdingOf } from '#tests/oracles/withholding.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, day, enterHolders, work } from '#tests/support/dividends.ts';
import type { Json } from '#tests/support/json.ts';
import { Payments } from '#tests/support/payment-client.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import { Meetings } from '#tests/support/proxy.ts';
import { Register } from '#tests/support/register.ts';
import {
  consume,
  giveBack,
  journalSums,
  move,
  payAgain,
  takeTransactionEvents,
} from '#tests/support/reporting.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;
let issuer: TestTenant;
let sponsor: TestTenant;
let dividendId: string;
let payments: string[];
let planIds: string[];

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  issuer = await insertTestTenant(database.admin, 'ISSUER');
  sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  await payDividend();
  await contributeAll();
  await consume(takeTransactionEvents(aws));
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

async function payDividend(): Promise<void> {
  const holders = await enterHolders(database.admin, issuer.id, ['8', '16', '40', '100', '0.01']);
  const formula = { name: '=HYPERLINK("http://x")', contact: { address: '+1' } };
  const renamed = await new Register(issuer.as('OPS')).update(holders[0] ?? '', formula);
  expect(renamed.status).toBe(200);
  dividendId = await new Dividends(issuer.as('OPS')).declare();
  await work(aws);
  const { rows } = await database.admin.query(
    'select id from transactions where dividend_id = $1 order by amount',
    [dividendId],
  );
  payments = rows.map(({ id }) => id);
  const [a = '', b = '', c = ''] = payments;
  for (const id of [a, b, c]) await move(issuer, id, 'SENT');
  await move(issuer, a, 'SETTLED');
  await move(issuer, b, 'FAILED', 'R03');
}

async function contributeAll(): Promise<void> {
  const money = await enroll(sponsor, {
    employee_id: 'E-1',
    plan_type: 'ESPP',
    vesting_schedule: { type: 'graded', total_months: 10 },
  });
  const shares = await enroll(sponsor, {
    employee_id: 'E-2',
    plan_type: 'RSU',
    vesting_schedule: { type: 'graded', cliff_months: 6, total_months: 30 },
    grant: { quantity: '1000', grant_date: '2025-01-15', vesting_start: '2025-01-15' },
  });
  planIds = [money, shares].map((plan) => {
    if (plan.status !== 201) throw new Error(plan.text);
    return plan.body.id;
  });
  const [plan = ''] = planIds;
  const wrong = await contribute(sponsor, plan, { amount: '999.99' });
  await contribute(sponsor, plan, { amount: '125.50' });
  await contribute(sponsor, plan, { amount: '100', source: 'EMPLOYER' });
  await call(reverseHandler, reverseContribution, {
    as: sponsor.as('ADMIN'),
    params: { id: plan, contribution_id: wrong.body.id },
    headers: { 'Idempotency-Key': randomUUID() },
  });
}

/** Moves the clock that days are reckoned by to an instant that is ahead. */
function moveTo(instant: string): void {
  vi.stubEnv('VESTRY_CLOCK_AHEAD_MS', String(Date.parse(instant) - Date.now()));
}

type Query = Record<string, string>;

function ask(handler: unknown, route: RouteSpec, query: Query = {}, more: Json = {}): Promise<TestResponse> {
  const tenant = route.tenants?.includes('ISSUER') && more.of !== sponsor ? issuer : sponsor;
  return call(handler, route, { as: tenant.as('COMPLIANCE'), query, ...more });
}
const csv = { headers: { Accept: 'text/csv' } };
const minor = (amount: string): bigint => BigInt(amount.replace('.', ''));
const cells = (text: string) => text.trimEnd().split('\r\n');

/** Every page of a table, joined, by its links. */
async function joined(handler: unknown, route: RouteSpec, query: Query, more: Json = {}): Promise<string> {
  let text = '';
  let next: Query | undefined = query;
  for (let pages = 0; next !== undefined; pages += 1) {
    if (pages > 20) throw new Error('the pages do not end');
    const page: TestResponse = await ask(handler, route, next, { ...more, ...csv });
    expect(page.status, page.text).toBe(200);
    text += page.text;
    const link: string | undefined = /\?(.*)>; rel="next"/.exec(page.header('link') ?? '')?.[1];
    next = link === undefined ? undefined : Object.fromEntries(new URLSearchParams(link));
  }
  return text;
}

describe('transactions', () => {
  const report = (query?: Query, more?: Json) => ask(transactions, routes.getTransactionsReport, query, more);

  test('have the sums of the journal', async () => {
    const { totals, from, to } = (await report()).body;
    expect([from, to]).toEqual([day(-29), day(0)]);
    const sum = (status: string) =>
      totals
        .filter((total: Json) => total.status === status && total.type === 'DIVIDEND')
        .reduce((all: bigint, total: Json) => all + minor(total.amount), 0n);
    const journal = await journalSums(database.admin, issuer.id);
    expect(sum('SETTLED')).toBe(journal.settled);
    expect(sum('SENT')).toBe((journal.sent ?? 0n) - (journal.settled ?? 0n) - (journal.failed ?? 0n));
    expect(sum('FAILED')).toBe(journal.failed);
    expect(sum('PENDING') + sum('SENT') + sum('SETTLED') + sum('FAILED')).toBe(journal['dividend-declared']);
  });

  test('of a sponsor sum to what was contributed and not taken back', async () => {
    const { totals } = (await report({ type: 'CONTRIBUTION' }, { of: sponsor })).body;
    const journal = await journalSums(database.admin, sponsor.id);
    expect(totals).toHaveLength(1);
    expect(minor(totals[0].amount)).toBe(
      (journal.contribution ?? 0n) - (journal['contribution-reversed'] ?? 0n),
    );
  });

  test('are found by all that is asked for', async () => {
    const count = async (query: Query) => (await report(query)).body.data.length;
    expect(await count({})).toBe(4);
    expect(await count({ status: 'PENDING' })).toBe(1);
    expect(await count({ type: 'DISBURSE' })).toBe(0);
    expect(await count({ dividend_id: dividendId, status: 'SENT' })).toBe(1);
    expect(await count({ dividend_id: randomUUID() })).toBe(0);
    const [{ shareholder_id }] = (await report({ status: 'FAILED' })).body.data;
    expect((await report({ shareholder_id })).body.data).toMatchObject([{ return_code: 'R03', version: 3 }]);
    expect(await count({ from: day(-5), to: day(-1) })).toBe(0);
    expect(await count({ from: day(0), to: day(0) })).toBe(4);
  });

  test('come in pages that together have each entry once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body }: TestResponse = await report({ limit: '3', ...(cursor === null ? {} : { cursor }) });
      expect(body.totals === null).toBe(cursor !== null);
      seen.push(...body.data.map(({ id }: Json) => id));
      cursor = body.next_cursor;
    } while (cursor !== null);
    expect(seen.sort()).toEqual([...payments].sort());
  });

  test('as CSV the pages joined are the one file', async () => {
    const whole = (await report({}, csv)).text;
    expect(cells(whole)).toHaveLength(5);
    expect(await joined(transactions, routes.getTransactionsReport, { limit: '2' })).toBe(whole);
  });

  test.each<[string, Query, string]>([
    ['a hundred years', { from: '1926-01-01', to: '2026-01-01' }, '?from'],
    ['days the wrong way round', { from: '2026-02-01', to: '2026-01-01' }, '?from'],
    ['a day that does not exist', { from: '2026-02-29' }, '?from'],
    ['a status that does not exist', { status: 'PAID' }, '?status'],
    ['an id that is none', { plan_id: '1' }, '?plan_id'],
    ['a page too long', { limit: '201' }, '?limit'],
    ['a cursor that is none', { cursor: 'x' }, '?cursor'],
  ])('%s is refused', async (_, query, pointer) => {
    const { status, body } = await report(query);
    expect(status).toBe(422);
    expect(body.errors[0]).toMatchObject({ pointer });
  });

  test('a cursor is of one report', async () => {
    const cursor = (await report({ limit: '1' })).body.next_cursor;
    expect((await report({ limit: '1', cursor })).status).toBe(200);
    expect((await report({ limit: '1', cursor, status: 'SENT' })).body.errors).toMatchObject([
      { pointer: '?cursor', code: 'other-report' },
    ]);
  });
});

describe('a dividend', () => {
  const report = (query?: Query, id = dividendId, more: Json = {}) =>
    ask(dividendHandler, routes.getDividendReport, query, { params: { id }, ...more });

  test('is reconciled with its payments and the journal', async () => {
    const { body } = await report();
    expect(body).toMatchObject({
      state: 'PAYING',
      reconciled: true,
      differences: [],
      lines: { count: 5, amount: '20.50' },
      payments: [
        { status: 'PENDING', count: 1, amount: '12.50' },
        { status: 'SENT', count: 1, amount: '5.00' },
        { status: 'SETTLED', count: 1, amount: '1.00' },
        { status: 'FAILED', count: 1, amount: '2.00' },
        { status: 'CANCELLED', count: 0, amount: '0.00' },
      ],
      returned: { count: 0, amount: '0.00' },
      journal: { declared: '20.50', cancelled: '0.00', sent: '8.00', settled: '1.00', failed: '2.00' },
    });
    const sum = body.data.reduce((all: bigint, { entitled }: Json) => all + minor(entitled), 0n);
    expect(sum).toBe(2050n);
    expect(body.data.find(({ entitled }: Json) => entitled === '0.00')).toMatchObject({ status: null });
  });

  test('counts what was cancelled, which is owed still', async () => {
    const become = (from: string, to: string) =>
      database.admin.query(
        'update reporting_transactions set status = $3 where dividend_id = $1 and status = $2',
        [dividendId, from, to],
      );
    await become('PENDING', 'CANCELLED');
    const { body } = await report();
    await become('CANCELLED', 'PENDING');
    expect(body).toMatchObject({ reconciled: true, differences: [] });
    expect(body.payments).toContainEqual({ status: 'CANCELLED', count: 1, amount: '12.50' });
  });

  test('names what does not add up', async () => {
    await database.admin.query('update reporting_transactions set amount = amount + 1 where id = $1', [
      payments[0],
    ]);
    const { body } = await report();
    await database.admin.query('update reporting_transactions set amount = amount - 1 where id = $1', [
      payments[0],
    ]);
    expect(body).toMatchObject({
      reconciled: false,
      differences: ['the payments are not the sum of the lines', 'the journal has settled another amount'],
    });
  });

  test('as CSV is safe for spreadsheets, and its pages joined are one file', async () => {
    const whole = (await report({}, dividendId, csv)).text;
    expect(whole).toContain(`"'=HYPERLINK(""http://x"")"`);
    const more = { params: { id: dividendId } };
    expect(await joined(dividendHandler, routes.getDividendReport, { limit: '2' }, more)).toBe(whole);
  });

  test('that is unknown is 404', async () => {
    expect((await report({}, randomUUID())).status).toBe(404);
  });
});

describe('the data of Forms 1099-DIV', () => {
  const year = day(0).slice(0, 4);
  const report = (query: Query, more?: Json) => ask(forms, routes.get1099DivReport, query, more);

  test('is what was paid of dividends in the year, with the tax id as a statement may show it', async () => {
    const before = await report({ year });
    const { body } = before;
    const journal = await journalSums(database.admin, issuer.id);
    expect(minor(body.total)).toBe(journal.settled);
    expect(body.recipients).toBe(1);
    expect(body.data).toMatchObject([
      { box_1a_total_ordinary_dividends: '1.00', recipient_tin: null, must_be_filed: false },
    ]);
    await database.admin.query(
      `insert into tax_certifications (tenant_id, shareholder_id, tax_id_type, tax_id_sealed, tax_id_last4, certification)
       select tenant_id, id, 'EIN', 'v1.sealed', '6789', 'NONE' from shareholders where tenant_id = $1`,
      [issuer.id],
    );
    expect((await report({ year })).body.data).toMatchObject([{ recipient_tin: 'XX-XXX6789' }]);
    await database.admin.query('delete from tax_certifications where tenant_id = $1', [issuer.id]);
  });

  test('goes by the days of payment where the issuer lives, and has what was paid again once', async () => {
    const living = await insertTestTenant(database.admin, 'ISSUER');
    await database.admin.query(`update tenants set time_zone = 'America/New_York' where id = $1`, [
      living.id,
    ]);
    await enterHolders(database.admin, living.id, ['8', '16', '40', '100']);
    const id = await new Dividends(living.as('OPS')).declare({ record_date: day(-3) });
    await work(aws);
    const { rows } = await database.admin.query(
      'select id from transactions where dividend_id = $1 order by amount',
      [id],
    );
    const [paid = '', failed = '', returned = '', late = ''] = rows.map((row) => row.id);
    const settle = async (payment: string) => {
      await move(living, payment, 'SENT');
      await move(living, payment, 'SETTLED');
    };
    const [last, next] = [Number(year), Number(year) + 1];
    try {
      moveTo(`${next}-01-01T04:30:00Z`);
      await settle(paid);
      await move(living, failed, 'SENT');
      await move(living, failed, 'FAILED', 'R03');
      await settle(returned);
      await giveBack(living, returned);
      moveTo(`${next}-01-01T05:30:00Z`);
      await settle(late);
      await settle(await payAgain(database.admin, living, failed));
      const refused = await payAgain(database.admin, living, returned);
      await move(living, refused, 'SENT');
      await move(living, refused, 'FAILED', 'R03');
      await settle(await payAgain(database.admin, living, refused));
    } finally {
      vi.unstubAllEnvs();
    }
    const formsOf = async (asked: number) => {
      const as = living.as('COMPLIANCE');
      const { body } = await call(forms, routes.get1099DivReport, { as, query: { year: String(asked) } });
      const boxes = body.data.map((form: Json) => [form.box_1a_total_ordinary_dividends, form.must_be_filed]);
      return { recipients: body.recipients, total: body.total, boxes: boxes.sort() };
    };
    expect(await formsOf(last)).toEqual({
      ...{ recipients: 2, total: '6.00' },
      boxes: [
        ['1.00', false],
        ['5.00', false],
      ],
    });
    expect(await formsOf(next)).toEqual({
      ...{ recipients: 2, total: '14.50' },
      boxes: [
        ['12.50', true],
        ['2.00', false],
      ],
    });
  });

  test('of another year is empty', async () => {
    expect((await report({ year: '2001' })).body).toMatchObject({ recipients: 0, total: '0.00', data: [] });
    expect((await report({ year: '26' })).status).toBe(422);
    expect((await report({})).status).toBe(422);
  });

  test('as a file is safe for spreadsheets', async () => {
    const whole = (await report({ year }, csv)).text;
    expect(whole).toContain(`"'=HYPERLINK(""http://x"")",'+1,,1.00,0.00,false`);
    expect(await joined(forms, routes.get1099DivReport, { year, limit: '1' })).toBe(whole);
  });
});

describe('withheld tax', () => {
  const today = day(0);
  const [valid, expired] = [
    `${Number(today.slice(0, 4)) - 1}-03-01`,
    `${Number(today.slice(0, 4)) - 4}-03-01`,
  ];
  interface Form {
    readonly certification: 'W9' | 'W8BEN' | 'W8BENE' | 'NONE';
    readonly tax_id_type: 'SSN' | 'ITIN' | 'EIN' | 'FOREIGN' | null;
    readonly signed_on: string | null;
    readonly treaty_country: string | null;
    readonly treaty_rate: string | null;
    readonly exempt_payee: boolean;
    readonly backup_withholding: boolean;
  }
  const said = { treaty_country: null, treaty_rate: null, exempt_payee: false, backup_withholding: false };
  /** Every kind of standing that a holder can have. */
  const FORMS: readonly (Form | undefined)[] = [
    undefined,
    ...([null, 'SSN', 'EIN', 'FOREIGN'] as const).flatMap((tax_id_type) =>
      [false, true].map((backup_withholding) => ({
        ...{ ...said, certification: 'NONE' as const, tax_id_type, signed_on: null, backup_withholding },
      })),
    ),
    ...[said, { ...said, exempt_payee: true }, { ...said, backup_withholding: true }].map((more) => ({
      ...{ certification: 'W9' as const, tax_id_type: 'SSN' as const, signed_on: expired, ...more },
    })),
    ...(['W8BEN', 'W8BENE'] as const).flatMap((certification) =>
      [valid, expired].flatMap((signed_on) =>
        [
          said,
          ...['0', '12.5', '15', '30', null].map((treaty_rate) => ({
            ...said,
            treaty_country: 'DE',
            treaty_rate,
          })),
        ].map((more) => ({ certification, tax_id_type: 'FOREIGN' as const, signed_on, ...more })),
      ),
    ),
  ];
  const expiresOn = ({ certification, signed_on }: Form) =>
    signed_on === null || !certification.startsWith('W8')
      ? null
      : `${Number(signed_on.slice(0, 4)) + 3}-12-31`;
  /** Cents of each kind: no tax, ties of every rate, and much. */
  const AMOUNTS = [0n, 1n, 4n, 10n, 25n, 98_765_432_101n];

  let tenant: TestTenant;
  let dividends: Dividends;
  let register: Register;
  let id: string;
  let previewed: Json;
  const formOf = new Map<string, Form | undefined>();
  const money = (cents: bigint) => fromMinor(cents, 'USD');
  const TERMS = {
    rate_per_share: '0.01',
    declaration_date: day(-1),
    record_date: day(-1),
    payable_date: today,
  };
  const expected = (holder: string, amount: bigint, on = today) => {
    const form = formOf.get(holder);
    const rule = withholdingOf(form && { ...form, expires_on: expiresOn(form) }, on);
    return { ...rule, amount, withheld: withheldOf(amount, rule) };
  };
  const linesOf = async (dividend: string): Promise<Json[]> => {
    const lines: Json[] = [];
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const { body } = await dividends.lines(dividend, {
        limit: '200',
        ...(cursor === undefined ? {} : { cursor }),
      });
      lines.push(...body.data);
      cursor = body.next_cursor ?? undefined;
    }
    return lines;
  };
  const sums = async (): Promise<Record<string, bigint>> => {
    const { rows } = await database.admin.query(
      `select account, sum(amount)::text as balance from (
         select debit_account as account, amount from journal where tenant_id = $1
         union all select credit_account, -amount from journal where tenant_id = $1) e group by 1`,
      [tenant.id],
    );
    return Object.fromEntries(rows.map(({ account, balance }) => [account, BigInt(balance)]));
  };
  const reportOf = async (dividend: string): Promise<Json> => {
    await consume(takeTransactionEvents(aws));
    const params = { id: dividend };
    return (await ask(dividendHandler, routes.getDividendReport, {}, { params, as: tenant.as('OPS') })).body;
  };
  const certify = (holder: string, form: Form) =>
    database.admin.query(
      `insert into tax_certifications (tenant_id, shareholder_id, certification, tax_id_type, tax_id_sealed, tax_id_last4, signed_on, expires_on,
         treaty_country, treaty_rate, exempt_payee, backup_withholding)
       values ($1, $2, $3, $4, case when $4::text is not null then 'sealed' end, case when $4::text is not null then '6789' end, $5, $6, $7, $8, $9, $10)`,
      [
        ...[tenant.id, holder, form.certification, form.tax_id_type, form.signed_on, expiresOn(form)],
        ...[form.treaty_country, form.treaty_rate, form.exempt_payee, form.backup_withholding],
      ],
    );
  const settings = async (): Promise<Json> => (await register.settings()).body;

  beforeAll(async () => {
    tenant = await insertTestTenant(database.admin, 'ISSUER');
    dividends = new Dividends(tenant.as('OPS'));
    register = new Register(tenant.as('ADMIN'));
    const pairs = FORMS.flatMap((form) => AMOUNTS.map((amount) => ({ form, amount })));
    const holders = await enterHolders(
      database.admin,
      tenant.id,
      // An amount that rounds to nothing is of a holder too.
      pairs.map(({ amount }) => (amount === 0n ? '0.1' : String(amount))),
    );
    for (const [index, { form }] of pairs.entries()) {
      const holder = holders[index] ?? '';
      formOf.set(holder, form);
      if (form !== undefined) await certify(holder, form);
    }
  });

  test('is none until two persons have said that the issuer withholds, and nobody’s once they say otherwise', async () => {
    expect(await settings()).toMatchObject({ withholding: 'NONE' });
    const before = (await dividends.preview(TERMS)).body;
    expect(before).toMatchObject({ withheld_amount: '0.00' });
    const waiting = await register.setSettings({
      by_hand_percent: '100',
      by_file_percent: '100',
      withholding: 'US',
    });
    expect(waiting).toMatchObject({
      status: 202,
      body: { kind: 'register-settings', before: { withholding: 'NONE' }, after: { withholding: 'US' } },
    });
    expect(await settings()).toMatchObject({ withholding: 'NONE' });
    await approved(tenant, waiting);
    expect(await settings()).toMatchObject({ withholding: 'US' });
    // Whoever changes the limits says nothing of it.
    expect(await register.setSettings({ by_hand_percent: '99', by_file_percent: '99' })).toMatchObject({
      ...{ status: 200, body: { withholding: 'US', by_hand_percent: '99' } },
    });
    expect(
      await register.setSettings({ by_hand_percent: '99', by_file_percent: '99', withholding: 'NONE' }),
    ).toMatchObject({ status: 202 });
    previewed = (await dividends.preview(TERMS)).body;
    expect(previewed.total_amount).toBe(before.total_amount);
  });

  test('is part of each line by the holder’s form, rounded half to even, and what a preview has said', async () => {
    id = await dividends.declare(TERMS);
    await work(aws);
    const lines = await linesOf(id);
    expect(lines).toHaveLength(FORMS.length * AMOUNTS.length);
    let [total, tax] = [0n, 0n];
    for (const line of lines) {
      const amount = minor(line.amount);
      const { rule, rate, withheld } = expected(line.shareholder_id, amount);
      expect(line, JSON.stringify(formOf.get(line.shareholder_id))).toMatchObject({
        withheld: money(withheld),
      });
      expect(line.withholding).toEqual(
        rule === null ? undefined : { rule, rate: String(Number(rate) / 100) },
      );
      total += amount;
      tax += withheld;
    }
    expect(tax).toBeGreaterThan(0n);
    const { body } = await dividends.get(id);
    expect(body).toMatchObject({
      ...{ state: 'PENDING', reconciled: true, total_amount: money(total), withheld_amount: money(tax) },
      ...{
        entitled_amount: money(total),
        tax_amount: money(tax),
        unpaid_amount: money(total - tax),
        paid_amount: '0.00',
      },
      reconciliation: {
        lines_total: money(total),
        transactions_total: money(total - tax),
        withheld_total: money(tax),
      },
    });
    expect(body.snapshot_sha256).toBe(
      snapshotHash(
        lines.map(({ shareholder_id, holdings, amount, withheld }) => ({
          ...{
            shareholderId: shareholder_id,
            holdings,
            amountMinor: minor(amount),
            withheldMinor: minor(withheld),
          },
        })),
      ),
    );
    expect(previewed).toMatchObject({ total_amount: money(total), withheld_amount: money(tax) });
    for (const line of previewed.largest)
      expect(line.withheld).toBe(money(expected(line.shareholder_id, minor(line.amount)).withheld));
    expect(await sums()).toMatchObject({
      ...{ DIVIDENDS_DECLARED: total, DIVIDENDS_PAYABLE: tax - total, TAX_WITHHELD: -tax },
    });
    const report = await reportOf(id);
    expect(report).toMatchObject({ reconciled: true, differences: [], withheld: money(tax) });
    expect(report.journal).toMatchObject({ declared: money(total), withheld: money(tax) });
    const ofHolder = (await dividends.ofHolder(lines[0]?.shareholder_id ?? '')).body.data[0];
    expect(ofHolder).toMatchObject({ amount: lines[0]?.amount, withheld: lines[0]?.withheld });
  });

  test('leaves the rest to be paid, which is what blocked payments and orders have', async () => {
    const lines = (await linesOf(id)).filter(({ transaction_id }) => transaction_id !== null);
    const net = new Map(
      lines.map((line) => [line.shareholder_id, money(minor(line.amount) - minor(line.withheld))]),
    );
    const { body } = await call(blockedHandler, listBlockedPayments, {
      ...{ as: tenant.as('OPS'), params: { id }, query: { limit: '200' } },
    });
    expect(body.data).toHaveLength(net.size);
    for (const blocked of body.data) expect(blocked.amount).toBe(net.get(blocked.shareholder_id));
    const { rows } = await database.admin.query(
      'select shareholder_id, amount, withheld from transactions where dividend_id = $1',
      [id],
    );
    expect(rows).toHaveLength(net.size);
    for (const payment of rows) expect(money(BigInt(payment.amount))).toBe(net.get(payment.shareholder_id));
  });

  test('is in box 4 of a resident, and in a form of its own of a nonresident, in the year of payment', async () => {
    const lines = (await linesOf(id)).filter(({ transaction_id }) => transaction_id !== null);
    for (const { transaction_id } of lines) {
      await move(tenant, transaction_id, 'SENT');
      await move(tenant, transaction_id, 'SETTLED');
    }
    const references = new Map(
      (
        await database.admin.query('select id, external_ref from shareholders where tenant_id = $1', [
          tenant.id,
        ])
      ).rows.map((row) => [row.id, row.external_ref]),
    );
    const year = today.slice(0, 4);
    const as = tenant.as('COMPLIANCE');
    const all = async (handler: unknown, route: RouteSpec) => {
      const first = await call(handler, route, { as, query: { year, limit: '200' } });
      const rows: Json[] = [...first.body.data];
      for (let cursor = first.body.next_cursor; cursor !== null; ) {
        const { body } = await call(handler, route, { as, query: { year, limit: '200', cursor } });
        rows.push(...body.data);
        cursor = body.next_cursor;
      }
      return { ...first.body, data: rows };
    };
    const resident = await all(forms, routes.get1099DivReport);
    const foreign = await all(foreignForms, nonresident.get1042SReport);
    const [wanted1099, wanted1042]: [Json[], Json[]] = [[], []];
    for (const line of lines) {
      const { rule, rate, withheld, amount } = expected(line.shareholder_id, minor(line.amount));
      const account_number = references.get(line.shareholder_id);
      if (rule === 'NONRESIDENT')
        wanted1042.push({
          ...{
            account_number,
            box_2_gross_income: money(amount),
            box_3b_tax_rate: String(Number(rate) / 100),
          },
          ...{ box_7a_federal_tax_withheld: money(withheld) },
        });
      else
        wanted1099.push({
          ...{ account_number, box_1a_total_ordinary_dividends: money(amount) },
          box_4_federal_income_tax_withheld: money(withheld),
          must_be_filed: amount >= 1000n || withheld > 0n,
        });
    }
    expect(resident.data).toHaveLength(wanted1099.length);
    expect(resident.data).toEqual(
      expect.arrayContaining(wanted1099.map((form) => expect.objectContaining(form))),
    );
    expect(foreign.data).toHaveLength(wanted1042.length);
    expect(foreign.data).toEqual(
      expect.arrayContaining(wanted1042.map((form) => expect.objectContaining(form))),
    );
    const gross = (rows: Json[], box: string) => money(rows.reduce((all, row) => all + minor(row[box]), 0n));
    expect(resident).toMatchObject({ total: gross(wanted1099, 'box_1a_total_ordinary_dividends') });
    expect(foreign).toMatchObject({
      total: gross(wanted1042, 'box_2_gross_income'),
      total_withheld: gross(wanted1042, 'box_7a_federal_tax_withheld'),
    });
    const whole = cells((await ask(foreignForms, nonresident.get1042SReport, { year }, { as, ...csv })).text);
    expect(whole).toHaveLength(wanted1042.length + 1);
    await closeDividend(systemActor(tenant.id, 'test', { suspended: 'goes-on' }), id);
    expect((await dividends.get(id)).body).toMatchObject({
      state: 'PAID',
      unpaid_amount: '0.00',
      reconciled: true,
    });
    expect(await reportOf(id)).toMatchObject({ differences: [] });
    expect((await sums()).DIVIDENDS_PAYABLE).toBe(0n);
  });

  test('stands in the statement of a holder between what was declared and what was paid', async () => {
    const line = (await linesOf(id)).find(
      ({ withholding, withheld }) => withholding?.rate === '24' && minor(withheld) > 0n,
    );
    const { body } = await call(statementHandler, ownership.getShareholderStatement, {
      ...{
        as: tenant.as('COMPLIANCE'),
        params: { id: line?.shareholder_id },
        query: { from: day(-1), to: today },
      },
    });
    expect(body.data.map(({ kind, amount }: Json) => [kind, amount])).toEqual([
      ['DIVIDEND', line?.amount],
      ['TAX_WITHHELD', line?.withheld],
      ['DIVIDEND_PAYMENT', money(minor(line?.amount) - minor(line?.withheld))],
    ]);
  });

  describe('and adjustments', () => {
    let second: string;
    let holder: string;
    const amount = 98_765_432_101n;
    const line = async () =>
      (await linesOf(second)).filter(({ shareholder_id }: Json) => shareholder_id === holder);
    const adjust = async (cents: string) =>
      approved(
        tenant,
        await dividends.adjust(second, {
          shareholder_id: holder,
          amount: cents,
          reason: 'A form came late.',
        }),
      );
    const proved = async () => {
      const { body } = await dividends.get(second);
      const report = await reportOf(second);
      expect(body, JSON.stringify(report.differences)).toMatchObject({ reconciled: true });
      expect(report).toMatchObject({ reconciled: true, differences: [] });
      const tax = (await linesOf(second)).reduce((all, { withheld }) => all + minor(withheld), 0n);
      expect(body.tax_amount).toBe(money(tax));
      expect(minor(body.unpaid_amount)).toBe(minor(body.entitled_amount) - tax);
      return { body, tax };
    };

    beforeAll(async () => {
      second = await dividends.declare(TERMS);
      await work(aws);
      const lines = await linesOf(second);
      holder =
        lines.find((one) => formOf.get(one.shareholder_id) === undefined && minor(one.amount) === amount)
          ?.shareholder_id ?? '';
    });

    test('withhold from what they add, and give back what they take back, at the standing of their day', async () => {
      const rule = { rule: 'BACKUP' as const, rate: 2400n };
      await adjust('100.01');
      expect((await line())[1]).toMatchObject({
        ...{
          amount: '100.01',
          withheld: '24.00',
          withholding: { rule: 'BACKUP', rate: '24' },
          status: 'PENDING',
        },
      });
      await proved();
      // The holder signs a W-8 with a treaty: what is left of a payment is taxed by it.
      const form = {
        ...said,
        certification: 'W8BEN' as const,
        tax_id_type: 'FOREIGN' as const,
        signed_on: valid,
      };
      await certify(holder, { ...form, treaty_country: 'DE', treaty_rate: '15' });
      await adjust('-0.01');
      const left = (await line())[2];
      expect(left).toMatchObject({ amount: '-0.01', withholding: { rule: 'NONRESIDENT', rate: '15' } });
      expect(minor(left?.withheld)).toBe(1500n - 2400n);
      await proved();
      // Everything is taken back, and added again: so a certification that came late is made good before payment.
      const { body: before } = await proved();
      await adjust(`-${money(amount + 10_000n)}`);
      expect((await line()).reduce((all, { withheld }) => all + minor(withheld), 0n)).toBe(0n);
      await adjust(money(amount + 10_000n));
      const { body: after, tax } = await proved();
      expect(after.entitled_amount).toBe(before.entitled_amount);
      const treaty = withheldOf(amount + 10_000n, { rule: 'NONRESIDENT', rate: 1500n });
      expect((await line()).reduce((all, { withheld }) => all + minor(withheld), 0n)).toBe(treaty);
      expect(treaty).toBeLessThan(withheldOf(amount, rule));
      expect(tax).toBeGreaterThan(treaty);
    });

    test('leave nothing owed, and no tax, once the dividend is cancelled', async () => {
      const { body } = await proved();
      const before = await sums();
      const waiting = await dividends.cancel(second);
      if (waiting.status === 202) await approved(tenant, waiting);
      await work(aws);
      expect((await dividends.get(second)).body).toMatchObject({ state: 'CANCELLED', reconciled: true });
      expect(await reportOf(second)).toMatchObject({ differences: [] });
      const after = await sums();
      expect(after.DIVIDENDS_PAYABLE).toBe(0n);
      expect((after.TAX_WITHHELD ?? 0n) - (before.TAX_WITHHELD ?? 0n)).toBe(minor(body.tax_amount));
    });
  });

  test('is owed until its payment to the authority is recorded, by two persons, and never more than that', async () => {
    const owed = async () => -((await sums()).TAX_WITHHELD ?? 0n);
    const all = await owed();
    expect(all).toBeGreaterThan(0n);
    const pointer = ({ status, body }: TestResponse) => [status, body.errors?.[0].pointer];
    const record = async (cents: bigint, more: object = {}) =>
      dividends.remit({ amount: money(cents), paid_on: today, ...more });
    for (const [refused, at] of [
      [await record(all + 1n), '/amount'],
      [await record(1n, { paid_on: day(-1) }), '/amount'],
      [await record(1n, { paid_on: day(1) }), '/paid_on'],
      [await record(1n, { currency: 'EUR' }), '/amount'],
      [await record(-1n), '/amount'],
      [await record(0n), '/amount'],
      [await record(1n, { form: '1099' }), '/form'],
      [await record(1n, { reference: '' }), '/reference'],
    ] as const)
      expect(pointer(refused), refused.text).toEqual([422, at]);
    const key = randomUUID();
    const first = await dividends.remit({ amount: money(all - 100n), paid_on: today }, key);
    expect(first.body).toMatchObject({
      ...{ kind: 'tax-remittance', before: { withheld_amount: money(all) } },
      after: { withheld_amount: '1.00', form: '945' },
    });
    const second = await record(200n);
    expect(await owed()).toBe(all);
    await approved(tenant, first);
    expect(await owed()).toBe(100n);
    // Both were proposed while all was owed.
    const late = await new Approvals(tenant.as('COMPLIANCE')).approve(second.body.id);
    expect(late).toMatchObject({ status: 409, body: { type: '/problems/change-outdated' } });
    expect((await dividends.remit({ amount: '0.01', paid_on: today }, key)).body.type).toBe(
      '/problems/idempotency-key-reused',
    );
    await approved(tenant, await record(-50n));
    expect(await owed()).toBe(150n);
    expect((await dividends.remittances()).body.data).toMatchObject([
      { amount: '-0.50', form: '945' },
      { amount: money(all - 100n), paid_on: today, approved_by: tenant.as('COMPLIANCE').actorId },
    ]);
    const { rows } = await database.admin.query(
      `select reason, sum(amount)::text as amount from journal where tenant_id = $1 and 'CASH' in (debit_account, credit_account)
         and 'TAX_WITHHELD' in (debit_account, credit_account) group by 1 order by 1`,
      [tenant.id],
    );
    expect(rows).toEqual([
      { reason: 'tax-refunded', amount: '50' },
      { reason: 'tax-remitted', amount: String(all - 100n) },
    ]);
    const insert = database.admin.query(
      `with past as materialized (select set_config('app.tenant_id', $1::text, true))
       insert into tax_remittances (tenant_id, id, currency, number, form, amount, paid_on, reference, idempotency_key, requested_by, approved_by)
       select $1::uuid, gen_random_uuid(), 'USD', 9, '945', 1, current_date, 'x', 'x', gen_random_uuid(), gen_random_uuid() from past`,
      [tenant.id],
    );
    await expect(insert).rejects.toMatchObject({ constraint: 'tax_remittances_approved' });
  });
});

describe('adjustments of a dividend', () => {
  let tenant: TestTenant;
  let ops: Dividends;
  let id: string;
  let frozen: Json;
  let holders: string[];
  let missed: string;
  let treasury: string;

  beforeAll(async () => {
    tenant = await insertTestTenant(database.admin, 'ISSUER');
    ops = new Dividends(tenant.as('OPS'));
    holders = await enterHolders(database.admin, tenant.id, ['8', '16', '40']);
    [missed = '', treasury = ''] = await enterHolders(database.admin, tenant.id, ['7', '9'], {
      effectiveDate: day(0),
    });
    await database.admin.query(
      `insert into treasury_entries (tenant_id, shareholder_id, treasury, effective_date) values ($1, $2, true, $3)`,
      [tenant.id, treasury, day(-10)],
    );
    id = await ops.declare();
    await work(aws);
    frozen = (await ops.get(id)).body;
  });

  const reason = 'The transfer of March 1 was lodged late.';
  const propose = (shareholder_id = '', amount: string, more: object = {}) =>
    ops.adjust(id, { shareholder_id, amount, reason, ...more });
  const adjust = async (shareholder_id: string | undefined, amount: string) =>
    approved(tenant, await propose(shareholder_id, amount));
  const linesOf = async (holder: string | undefined): Promise<Json[]> =>
    (await ops.lines(id)).body.data.filter((line: Json) => line.shareholder_id === holder);
  const pay = async (transaction: string) => {
    await move(tenant, transaction, 'SENT');
    await move(tenant, transaction, 'SETTLED');
  };
  const balances = async (): Promise<Record<string, number>> => {
    const { rows } = await database.admin.query(
      `select account, sum(amount)::integer as balance from (
         select debit_account as account, amount from journal where tenant_id = $1
         union all select credit_account, -amount from journal where tenant_id = $1) e group by 1`,
      [tenant.id],
    );
    return Object.fromEntries(rows.map(({ account, balance }) => [account, balance]));
  };
  /** Lines, payments and journal prove each other, in the answer and in the report, and the snapshot is what it was. */
  async function proved(entitled: string): Promise<Json> {
    await consume(takeTransactionEvents(aws));
    const { body } = await ops.get(id);
    const { holders: frozenHolders, total_amount, snapshot_sha256 } = frozen;
    expect(body).toMatchObject({ holders: frozenHolders, total_amount, snapshot_sha256, reconciled: true });
    expect(body).toMatchObject({ entitled_amount: entitled });
    expect(body.reconciliation).toMatchObject({ lines_total: entitled, transactions_total: entitled });
    const report = await ask(
      dividendHandler,
      routes.getDividendReport,
      {},
      { params: { id }, as: tenant.as('OPS') },
    );
    expect(report.body).toMatchObject({ reconciled: true, differences: [], lines: { amount: entitled } });
    return body;
  }

  test('pay a holder who was missed once a second person has approved it', async () => {
    const waiting = await propose(missed, '3.25');
    expect(waiting).toMatchObject({
      status: 202,
      body: {
        kind: 'dividend-adjustment',
        before: { dividend_id: id, shareholder_id: missed, entitled_amount: '0.00', unpaid_amount: '0.00' },
        after: {
          entitled_amount: '3.25',
          unpaid_amount: '3.25',
          adjustment_amount: '3.25',
          adjustment_reason: reason,
        },
      },
    });
    expect(await linesOf(missed)).toEqual([]);
    expect((await propose(missed, '3.25')).body.type).toBe('/problems/change-pending');
    await approved(tenant, waiting);
    expect(await proved('11.25')).toMatchObject({
      adjusted_amount: '3.25',
      unpaid_amount: '11.25',
      state: 'PENDING',
    });
    const [line] = await linesOf(missed);
    expect(line).toMatchObject({
      ...{ holdings: '0', amount: '3.25', status: 'PENDING' },
      adjustment: { reason, date: day(0) },
    });
    const { rows } = await database.admin.query(
      'select type, status, amount::integer, shareholder_id, dividend_id from transactions where id = $1',
      [line?.transaction_id],
    );
    expect(rows).toEqual([
      { type: 'DIVIDEND', status: 'PENDING', amount: 325, shareholder_id: missed, dividend_id: id },
    ]);
    expect(await balances()).toEqual({ DIVIDENDS_DECLARED: 1125, DIVIDENDS_PAYABLE: -1125 });
    const blocked = await call(blockedHandler, listBlockedPayments, { as: tenant.as('OPS'), params: { id } });
    expect(
      blocked.body.data.map(({ shareholder_id, amount }: Json) => [shareholder_id, amount]),
    ).toContainEqual([missed, '3.25']);
  });

  test('take back what is unpaid, and leave the rest to be paid', async () => {
    const [a = '', b = '', c = ''] = holders;
    const first = async (holder: string) => String((await linesOf(holder))[0]?.transaction_id);
    // One was returned by the bank, one has failed, one waits.
    await pay(await first(a));
    await giveBack(tenant, await first(a));
    await move(tenant, await first(b), 'SENT');
    await move(tenant, await first(b), 'FAILED', 'R03');
    await adjust(c, '-1.50');
    await adjust(b, '-2.00');
    await adjust(a, '-0.40');
    expect(await proved('7.35')).toMatchObject({
      adjusted_amount: '-0.65',
      paid_amount: '0.00',
      unpaid_amount: '7.35',
    });
    expect(await linesOf(c)).toMatchObject([
      { amount: '5.00', status: 'ADJUSTED' },
      { amount: '-1.50', status: 'PENDING', adjustment: { reason } },
    ]);
    expect(await linesOf(b)).toMatchObject([
      { amount: '2.00', status: 'ADJUSTED' },
      { amount: '-2.00', status: null, transaction_id: null },
    ]);
    expect(await balances()).toEqual({
      DIVIDENDS_DECLARED: 735,
      DIVIDENDS_PAYABLE: -735,
      IN_TRANSIT: 0,
      CASH: 0,
      RETURNS: 0,
    });
    const again = await new Payments(tenant.as('OPS')).order({ transaction_id: await first(b) });
    expect(again.body.type).toBe('/problems/payment-ordered');
    expect((await propose(c, '-3.51')).body).toMatchObject({
      type: '/problems/adjustment-exceeds-unpaid',
      detail: expect.stringContaining('3.50 USD'),
    });
    for (const holder of [a, c]) await pay(String((await linesOf(holder))[1]?.transaction_id));
    await pay(await first(missed));
    expect(await proved('7.35')).toMatchObject({ paid_amount: '7.35', unpaid_amount: '0.00' });
    // The payment that came back was received with its first 1.00, and not again with what is left of it.
    const { body } = await ask(
      forms,
      routes.get1099DivReport,
      { year: day(0).slice(0, 4) },
      { as: tenant.as('OPS') },
    );
    expect(body).toMatchObject({ recipients: 3, total: '7.75' });
  });

  test('of a dividend that is paid make it owe again', async () => {
    await closeDividend(systemActor(tenant.id, 'test', { suspended: 'goes-on' }), id);
    expect((await ops.get(id)).body.state).toBe('PAID');
    await adjust(holders[0], '0.05');
    expect(await proved('7.40')).toMatchObject({ state: 'PAYING', unpaid_amount: '0.05' });
    await adjust(holders[0], '-0.05');
    expect(await proved('7.35')).toMatchObject({ state: 'PAID', unpaid_amount: '0.00' });
  });

  test('are in the pages of lines and of the report', async () => {
    const all = (await ops.lines(id)).body.data;
    expect(all).toHaveLength(9);
    const paged: Json[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Json = (await ops.lines(id, { limit: '2', ...(cursor === '' ? {} : { cursor }) })).body;
      paged.push(...page.data);
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(all);
    const more = { params: { id }, as: tenant.as('OPS') };
    const whole = await joined(dividendHandler, routes.getDividendReport, {}, more);
    expect(await joined(dividendHandler, routes.getDividendReport, { limit: '2' }, more)).toBe(whole);
    expect(cells(whole)).toHaveLength(10);
    expect(whole).toContain(reason);
    expect((await ops.ofHolder(holders[2] ?? '')).body.data).toMatchObject([
      { dividend_id: id, amount: '-1.50', adjustment: { reason } },
      { dividend_id: id, amount: '5.00' },
    ]);
  });

  test.each<[string, () => Promise<TestResponse>, number, string]>([
    ['of nothing', () => propose(missed, '0.00'), 422, 'validation-failed'],
    ['of half a cent', () => propose(missed, '0.005'), 422, 'validation-failed'],
    ['without a reason', () => propose(missed, '1', { reason: '' }), 422, 'validation-failed'],
    ['with a long reason', () => propose(missed, '1', { reason: 'x'.repeat(501) }), 422, 'validation-failed'],
    ['for the issuer itself', () => propose(treasury, '1'), 422, 'validation-failed'],
    ['for nobody', () => propose(randomUUID(), '1'), 404, 'not-found'],
    [
      'for a holder of another tenant',
      async () => {
        const [other] = await enterHolders(database.admin, issuer.id, ['1']);
        return propose(other, '1');
      },
      404,
      'not-found',
    ],
    ['of what is paid', () => propose(missed, '-0.01'), 422, 'adjustment-exceeds-unpaid'],
    ['of what was never owed', () => propose(treasury, '-0.01'), 422, 'adjustment-exceeds-unpaid'],
    [
      'without a key',
      () => ops.adjust(id, { shareholder_id: missed, amount: '1', reason }, null),
      400,
      'idempotency-key-required',
    ],
    [
      'before the dividend is frozen',
      async () => {
        const later = await ops.declare({ record_date: day(3), declaration_date: day(0) });
        return ops.adjust(later, { shareholder_id: missed, amount: '1', reason });
      },
      409,
      'dividend-not-adjustable',
    ],
    [
      'of a dividend that is cancelled',
      async () => {
        const other = await ops.declare();
        await work(aws);
        await approved(tenant, await ops.adjust(other, { shareholder_id: missed, amount: '1', reason }));
        const waiting = await ops.adjust(other, { shareholder_id: missed, amount: '2', reason });
        expect((await ops.cancel(other)).status).toBe(200);
        expect((await ops.get(other)).body).toMatchObject({ state: 'CANCELLED', reconciled: true });
        const late = await new Approvals(tenant.as('COMPLIANCE')).approve(waiting.body.id);
        expect(late.body.type).toBe('/problems/dividend-not-adjustable');
        await consume(takeTransactionEvents(aws));
        const { body } = await ask(
          dividendHandler,
          routes.getDividendReport,
          {},
          { params: { id: other }, as: tenant.as('OPS') },
        );
        expect(body).toMatchObject({ reconciled: true, differences: [] });
        return ops.adjust(other, { shareholder_id: missed, amount: '1', reason });
      },
      409,
      'dividend-not-adjustable',
    ],
  ])('%s are refused', async (_, request, status, problem) => {
    const answer = await request();
    expect(answer.status, answer.text).toBe(status);
    expect(answer.body.type).toBe(`/problems/${problem}`);
  });

  test('are refused by the database where nobody has approved them, or where they do not add up', async () => {
    const { rows } = await database.admin.query(
      `select decided_by, requested_by from change_requests where tenant_id = $1 and kind = 'dividend-adjustment' and state = 'APPROVED' limit 1`,
      [tenant.id],
    );
    const insert = (approver: string) =>
      database.admin.query(
        `with tenant as (select set_config('app.tenant_id', $1, true))
         insert into dividend_adjustments (tenant_id, dividend_id, shareholder_id, amount, reason, transaction_id, idempotency_key, requested_by, approved_by)
         select $1::uuid, $2, $3, 100, 'x', gen_random_uuid(), gen_random_uuid()::text, $4, $5 from tenant`,
        [tenant.id, id, missed, rows[0].requested_by, approver],
      );
    await expect(insert(randomUUID())).rejects.toMatchObject({ constraint: 'dividend_adjustments_approved' });
    await expect(insert(rows[0].decided_by)).rejects.toMatchObject({
      constraint: 'dividend_adjustments_reconciled',
    });
  });
});

describe('contributions', () => {
  const report = (query?: Query, more?: Json) =>
    ask(contributions, routes.getContributionsReport, query, more);

  test('have the sums of the journal, by who pays', async () => {
    const { body } = await report();
    expect(body.totals).toEqual([
      { currency: 'USD', source: 'EMPLOYEE', contributions: 3, amount: '125.50' },
      { currency: 'USD', source: 'EMPLOYER', contributions: 1, amount: '100.00' },
    ]);
    const journal = await journalSums(database.admin, sponsor.id);
    const sum = body.totals.reduce((all: bigint, { amount }: Json) => all + minor(amount), 0n);
    expect(sum).toBe((journal.contribution ?? 0n) - (journal['contribution-reversed'] ?? 0n));
    const reversal = body.data.find(({ reverses }: Json) => reverses !== null);
    expect(reversal).toMatchObject({ amount: '-999.99', employee_id: 'E-1', plan_type: 'ESPP' });
  });

  test('are found by plan and source, and paged', async () => {
    expect((await report({ source: 'EMPLOYER' })).body.data).toHaveLength(1);
    expect((await report({ plan_id: planIds[1] ?? '' })).body.data).toHaveLength(0);
    expect(await joined(contributions, routes.getContributionsReport, { limit: '1' })).toBe(
      (await report({}, csv)).text,
    );
    expect((await report({ from: '1900-01-01', to: '2026-01-01' })).status).toBe(422);
  });
});

describe('vesting', () => {
  const report = (query: Query, more?: Json) => ask(vesting, routes.getVestingReport, query, more);
  const ofGrant = async (period: string) => {
    const { body } = await report({ period, plan_type: 'RSU' });
    return body.data.map((row: Json) => [
      row.unit,
      row.vested_before,
      row.vested_in_period,
      row.vested_after,
    ]);
  };

  test('is what the schedule says of the period', async () => {
    const [enrolled] = (await database.admin.query('select min(enrolled_on) as day from plans')).rows;
    await database.admin.query(`update plans set enrolled_on = '2025-01-15' where plan_type = 'RSU'`);
    expect(await ofGrant('2025-06')).toEqual([['shares', '0', '0', '0']]);
    expect(await ofGrant('2025-07')).toEqual([['shares', '0', '200', '200']]);
    expect(await ofGrant('2025-08')).toEqual([['shares', '200', '33', '233']]);
    expect(await ofGrant('2025-Q3')).toEqual([['shares', '0', '266', '266']]);
    expect(await ofGrant('2027')).toMatchObject([['shares', expect.any(String), expect.any(String), '1000']]);
    expect(enrolled.day).toBe(day(0));
  });

  test('of money is the employee’s own, and what has vested of the employer’s', async () => {
    const { body } = await report({ period: day(0).slice(0, 7), plan_type: 'ESPP' });
    expect(body.data).toMatchObject([
      { unit: 'USD', vested_before: '0.00', vested_in_period: '125.50', vested_after: '125.50' },
    ]);
    const later = (await report({ period: day(400).slice(0, 7), plan_type: 'ESPP' })).body.data[0];
    expect(later).toMatchObject({ vested_after: '225.50' });
  });

  test.each(['', '26', '2026-13', '2026-Q5', '2026-00', '2226', 'this year'])(
    '%j is no period',
    async (period) => {
      expect((await report({ period })).status).toBe(422);
    },
  );

  test('pages are the whole', async () => {
    const query = { period: day(0).slice(0, 4) };
    expect(await joined(vesting, routes.getVestingReport, { ...query, limit: '1' })).toBe(
      (await report(query, csv)).text,
    );
  });
});

describe('the statement of a plan', () => {
  let of: TestTenant;
  let money: Json;
  let shares: Json;
  const at = (id: string) => ({ as: of.as('COMPLIANCE'), params: { id } });
  const report = (id: string, query: Query, more: Json = {}) =>
    call(planStatementHandler, getPlanStatement, { ...at(id), query, ...more });
  const explained = async (id: string, as_of: string) =>
    (await call(explainHandler, explainPlan, { ...at(id), query: { as_of } })).body;

  beforeAll(async () => {
    of = await insertTestTenant(database.admin, 'SPONSOR');
    const enrolled_on = day(-200);
    const order = { employee_id: 'E-statement', enrolled_on };
    money = (
      await enroll(of, {
        ...{ ...order, plan_type: '401K', vesting_schedule: { type: 'cliff', cliff_months: 3 } },
      })
    ).body;
    for (const [source, amount, effective_date] of [
      ['EMPLOYER', '30.00', day(-150)],
      ['EMPLOYEE', '100.01', day(-40)],
      ['EMPLOYEE', '5.00', day(-20)],
      ['ROTH', '7.00', day(-20)],
      ['EMPLOYEE', '9.00', day(9)],
    ] as const) {
      const made = await contribute(of, money.id, { source, amount, effective_date });
      expect(made.status, made.text).toBe(201);
      if (amount === '5.00')
        await call(reverseHandler, reverseContribution, {
          ...{ as: of.as('ADMIN'), params: { id: money.id, contribution_id: made.body.id } },
        });
    }
    const client = await database.admin.connect();
    await client.query(`select set_config('app.tenant_id', $1, false)`, [of.id]);
    const paid = [];
    for (const amount of [4_000, 1_000])
      paid.push(
        await client.query(
          `insert into transactions (type, amount, currency, plan_id) values ('DISBURSE', $1, 'USD', $2) returning id`,
          [amount, money.id],
        ),
      );
    await client.query(`update transactions set status = 'FAILED', version = version + 1 where id = $1`, [
      paid[1]?.rows[0].id,
    ]);
    client.release(true);
    shares = (
      await enroll(of, {
        ...{ ...order, plan_type: 'RSU', vesting_schedule: { type: 'graded', total_months: 4 } },
        grant: { quantity: '18', grant_date: day(-100) },
      })
    ).body;
    const more = {
      quantity: '10',
      grant_date: day(-10),
      vesting_schedule: { type: 'cliff', cliff_months: 24 },
    };
    await call(createGrantHandler, createGrant, {
      ...{
        as: of.as('OPS'),
        params: { id: shares.id },
        body: more,
        headers: { 'Idempotency-Key': randomUUID() },
      },
    });
    await call(accelerateHandler, acceleratePlan, {
      ...{ as: of.as('OPS'), params: { id: shares.id }, body: { quantity: '2', order: 'LAST_FIRST' } },
    });
  });

  test('tells what has moved its money, by day, with balances that run on', async () => {
    const { body, status, text } = await report(money.id, { from: day(-60), to: day(0) });
    expect(status, text).toBe(200);
    const line = ({ day: on, kind, source, amount, balance }: Json) => [on, kind, source, amount, balance];
    expect(body.data.map(line)).toEqual([
      [day(-40), 'CONTRIBUTION', 'EMPLOYEE', '100.01', '130.01'],
      [day(-20), 'CONTRIBUTION', 'EMPLOYEE', '5.00', '135.01'],
      [day(-20), 'REVERSAL', 'EMPLOYEE', '-5.00', '130.01'],
      [day(-20), 'CONTRIBUTION', 'ROTH', '7.00', '137.01'],
      [day(0), 'DISTRIBUTION', null, '-40.00', '97.01'],
      [day(0), 'DISTRIBUTION', null, '-10.00', '87.01'],
      [day(0), 'FAILED', null, '10.00', '97.01'],
    ]);
    expect(body).toMatchObject({
      ...{ plan_id: money.id, employee_id: 'E-statement', plan_type: '401K', currency: 'USD' },
      balance: { opening: '30.00', closing: '97.01' },
      vested: { unit: 'USD', opening: '30.00', closing: '137.01' },
      next_cursor: null,
    });
    const plan = (await call(getPlanHandler, getPlan, at(money.id))).body;
    expect(body.balance.closing).toBe(plan.balance);
  });

  test('tells what was granted, vested and accelerated of its shares', async () => {
    const { body } = await report(shares.id, { from: day(-100), to: day(30) });
    const today = await explained(shares.id, day(0));
    expect(body.data[0]).toMatchObject({ day: day(-100), kind: 'GRANTED', quantity: '18', balance: null });
    expect(body.data).toContainEqual(
      expect.objectContaining({ day: day(-10), kind: 'GRANTED', quantity: '10' }),
    );
    expect(body.data).toContainEqual(
      expect.objectContaining({
        day: day(0),
        kind: 'ACCELERATED',
        quantity: '2',
        balance: today.vested.amount,
      }),
    );
    const vested = body.data.filter(({ kind }: Json) => kind === 'VESTED');
    expect(vested.length).toBeGreaterThan(2);
    expect(body).toMatchObject({
      balance: { opening: '0.00', closing: '0.00' },
      vested: { unit: 'shares', opening: '0', closing: vested.at(-1).balance },
    });
  });

  test('opens and closes with what the explanation has for its days', async () => {
    for (const { id } of [money, shares])
      for (const [from, to] of [
        [day(-300), day(-150)],
        [day(-149), day(-20)],
        [day(-19), day(15)],
      ] as const) {
        const { body } = await report(id, { from, to });
        const [before, after] = [await explained(id, addDays(from, -1)), await explained(id, to)];
        expect(body.balance).toEqual({ opening: before.balance.amount, closing: after.balance.amount });
        expect([body.vested.opening, body.vested.closing]).toEqual([
          before.vested.amount,
          after.vested.amount,
        ]);
      }
  });

  test('pages are the whole, as JSON and as CSV', async () => {
    for (const { id } of [money, shares]) {
      const query = { from: day(-300), to: day(30) };
      const whole = (await report(id, query)).body.data;
      const pages = [];
      for (let next: Query | undefined = { ...query, limit: '2' }; next !== undefined; ) {
        const { body }: TestResponse = await report(id, next);
        expect(body.balance === null).toBe(pages.length > 0);
        pages.push(...body.data);
        next = body.next_cursor === null ? undefined : { ...query, limit: '2', cursor: body.next_cursor };
      }
      expect(pages).toEqual(whole);
      const table = await joined(planStatementHandler, getPlanStatement, { ...query, limit: '3' }, at(id));
      expect(table).toBe((await report(id, query, csv)).text);
      expect(cells(table)).toHaveLength(whole.length + 1);
    }
  });

  test('is the employee’s own, and no other’s', async () => {
    const asked = (employee: string) =>
      report(money.id, { from: day(-60) }, { as: of.as('EMPLOYEE', employee) });
    expect((await asked('E-statement')).body.data).toHaveLength(7);
    expect((await asked('E-other')).status).toBe(404);
    expect((await report(randomUUID(), {})).status).toBe(404);
    expect((await report('no-id', {})).status).toBe(404);
    expect((await report(money.id, { from: day(0), to: day(-1) })).status).toBe(422);
  });
});

describe('the statement of a holder', () => {
  let of: TestTenant;
  let register: Register;
  let holder: { id: string; external_ref: string; name: string };
  let other: { id: string };
  const known: Record<string, string> = {};
  const report = (query: Query = {}, more: Json = {}) =>
    call(statementHandler, ownership.getShareholderStatement, {
      as: of.as('COMPLIANCE'),
      params: { id: holder.id },
      query,
      ...more,
    });

  beforeAll(async () => {
    of = await insertTestTenant(database.admin, 'ISSUER');
    await declareClasses(database.admin, of, 'PREF');
    register = new Register(of.as('OPS'));
    holder = await register.holder('100', {
      effective_date: day(-40),
      reason: '=opening',
      external_ref: 'S-1',
    });
    other = await register.holder('50', { effective_date: day(-40) });
    await register.update(holder.id, { holdings: '7', security_class: 'PREF', effective_date: day(-20) });
    const transfer = (from: string, to: string, quantity: string, effective_date: string) =>
      register.transfer({ from_shareholder_id: from, to_shareholder_id: to, quantity, effective_date });
    known.in = (await transfer(other.id, holder.id, '0.5', day(-10))).body.transfer_id;
    known.out = (await transfer(holder.id, other.id, '20', day(-5))).body.transfer_id;
    known.split = await split();
    known.dividend = await new Dividends(of.as('OPS')).declare();
    await work(aws);
    const { rows } = await database.admin.query(
      'select id from transactions where dividend_id = $1 and shareholder_id = $2',
      [known.dividend, holder.id],
    );
    await move(of, rows[0].id, 'SENT');
    await move(of, rows[0].id, 'SETTLED');
    const meetings = new Meetings(of.as('OPS'));
    known.meeting = await meetings.meeting();
    const ballot = await meetings.cast(known.meeting, holder.id);
    await meetings.revoke(ballot);
    await consume(takeTransactionEvents(aws));
  });

  async function split(): Promise<string> {
    const proposed = await register.split({
      ...{ kind: 'SPLIT', security_class: 'COMMON', numerator: 2, denominator: 1, fractions: 'KEEP' },
      effective_date: day(-3),
    });
    await approved(of, proposed);
    await applySplits({ id: randomUUID(), time: new Date().toISOString() }, {
      getRemainingTimeInMillis: () => 600_000,
    } as never);
    const { rows } = await database.admin.query(
      'select id, state from corporate_actions where tenant_id = $1',
      [of.id],
    );
    expect(rows[0].state).toBe('APPLIED');
    return rows[0].id;
  }

  test('tells of positions, transfers, splits, dividends, payments and ballots, each on its day', async () => {
    const { body, status, text } = await report({ from: day(-30), to: day(0) });
    expect(status, text).toBe(200);
    expect(body).toMatchObject({
      ...{ shareholder_id: holder.id, external_ref: 'S-1', name: holder.name, from: day(-30), to: day(0) },
      positions: [
        { security_class: 'COMMON', opening: '100', closing: '161' },
        { security_class: 'PREF', opening: '0', closing: '7' },
      ],
      next_cursor: null,
    });
    const line = ({
      day: on,
      kind,
      security_class,
      quantity,
      balance,
      amount,
      currency,
      reference,
    }: Json) => [on, kind, security_class, quantity, balance, amount, currency, reference];
    expect(body.data.map(line)).toEqual([
      [day(-20), 'POSITION_SET', 'PREF', '7', '7', null, null, null],
      [day(-10), 'TRANSFER_IN', 'COMMON', '0.5', '100.5', null, null, known.in],
      [day(-5), 'TRANSFER_OUT', 'COMMON', '-20', '80.5', null, null, known.out],
      [day(-3), 'SPLIT', 'COMMON', '80.5', '161', null, null, known.split],
      [day(0), 'DIVIDEND', 'COMMON', '161', null, '20.12', 'USD', known.dividend],
      [day(0), 'DIVIDEND_PAYMENT', null, null, null, '20.12', 'USD', known.dividend],
      [day(0), 'VOTE', null, '161', null, null, null, known.meeting],
      [day(0), 'VOTE_REVOKED', null, '161', null, null, null, known.meeting],
    ]);
  });

  test('ends on its last day, and runs on from what was before its first', async () => {
    const { body } = await report({ from: day(-9), to: day(-5) });
    expect(body.positions[0]).toEqual({ security_class: 'COMMON', opening: '100.5', closing: '80.5' });
    expect(body.data).toMatchObject([{ kind: 'TRANSFER_OUT', balance: '80.5' }]);
    expect((await report({ from: day(-4), to: day(-4) })).body.data).toEqual([]);
  });

  test('is a table too, whose pages are the whole, and nothing in it is a formula', async () => {
    const query = { from: day(-60) };
    const ask = (more: Query) => report({ ...query, ...more }, csv);
    const whole = (await ask({})).text;
    expect(cells(whole)).toHaveLength(10);
    expect(whole).toContain("'=opening");
    let text = '';
    let next: Query | undefined = { limit: '1' };
    while (next !== undefined) {
      const page: TestResponse = await ask(next);
      text += page.text;
      const link: string | undefined = /\?(.*)>; rel="next"/.exec(page.header('link') ?? '')?.[1];
      next = link === undefined ? undefined : Object.fromEntries(new URLSearchParams(link));
    }
    expect(text).toBe(whole);
  });

  test('leaves an entry of who has read it', async () => {
    await report({ from: day(-9), to: day(0) });
    const { rows } = await database.admin.query(
      'select actor_id, action, resource, payload from audit_log where tenant_id = $1 order by id desc limit 1',
      [of.id],
    );
    expect(rows).toEqual([
      {
        actor_id: of.as('COMPLIANCE').actorId,
        action: 'personal-data.read',
        resource: `shareholders/${holder.id}`,
        payload: {
          ...{ operation: 'getShareholderStatement', filters: { from: day(-9), to: day(0) } },
          ...{ further_page: false, rows: 6 },
        },
      },
    ]);
  });

  test('is of five years at most, of holders there are, and of one’s own', async () => {
    const fifty = await report({ from: '1976-01-01', to: day(0) });
    expect(fifty.status).toBe(422);
    expect(fifty.body.errors).toMatchObject([{ pointer: '?from', code: 'range-too-long' }]);
    expect((await report({ from: day(0), to: day(-1) })).status).toBe(422);
    for (const id of [randomUUID(), 'x', payments[0] as string])
      expect((await report({}, { params: { id } })).status, id).toBe(404);
    expect((await report({}, { as: issuer.as('OPS') })).status).toBe(404);
    expect((await report({}, { as: of.as('EMPLOYEE') })).status).toBe(403);
  });
});
