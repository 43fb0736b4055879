import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as takeSnapshots } from '#functions/scheduled/take-dividend-snapshots.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, day, enterHolders, work } from '#tests/support/dividends.ts';
import { Register } from '#tests/support/register.ts';
import { testContext } from '#tests/support/request.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let dividends: Dividends;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
beforeEach(async () => {
  acme = await insertTestTenant(database.admin, 'ISSUER');
  dividends = new Dividends(acme.as('OPS'));
});

const sql = async (text: string, values: unknown[]) => (await database.admin.query(text, values)).rows;
const journalOf = (id: string) =>
  sql(
    'select debit_account, credit_account, amount::text, currency, reason from journal where dividend_id = $1 order by id',
    [id],
  );
const statusesOf = async (id: string) =>
  (
    await sql('select distinct status, return_code from transactions where dividend_id = $1 order by 1', [id])
  ).map(({ status, return_code }) => [status, return_code]);

describe('a dividend at a rate', () => {
  test('is declared, frozen, and pending with a transaction for each holder who is owed something', async () => {
    const holders = await enterHolders(database.admin, acme.id, ['3', '1250.5', '0.01', '8']);
    const declared = await dividends.schedule();
    expect(declared).toMatchObject({ status: 201, body: { state: 'DECLARED', holders: null, version: 1 } });
    expect(declared.header('location')).toBe(`/api/dividends/${declared.body.id}`);

    await work(aws);

    const { status, body, header } = await dividends.get(declared.body.id);
    expect(status).toBe(200);
    expect(header('etag')).toBe(`"${body.version}"`);
    expect(body).toMatchObject({
      state: 'PENDING',
      security_class: 'COMMON',
      rate_per_share: '0.125',
      holders: 4,
      // 0.38 + 156.31 + 0 + 1, where 0.375 + 156.3125 + 0.00125 + 1 is owed.
      total_amount: '157.69',
      residual: '0.00125',
      snapshot_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      reconciled: true,
      reconciliation: {
        lines: 4,
        lines_total: '157.69',
        payable_lines: 3,
        transactions: 3,
        transactions_total: '157.69',
        unmatched: 0,
        failed_holders: 0,
      },
    });
    const { data } = (await dividends.lines(body.id)).body;
    expect(
      holders.map((holder) => {
        const line = data.find(({ shareholder_id }: { shareholder_id: string }) => shareholder_id === holder);
        return [line.holdings, line.amount, line.status, line.transaction_id === null];
      }),
    ).toEqual([
      ['3', '0.38', 'PENDING', false],
      ['1250.5', '156.31', 'PENDING', false],
      ['0.01', '0.00', null, true],
      ['8', '1.00', 'PENDING', false],
    ]);
    expect(await journalOf(body.id)).toEqual([
      {
        debit_account: 'DIVIDENDS_DECLARED',
        credit_account: 'DIVIDENDS_PAYABLE',
        amount: '15769',
        currency: 'USD',
        reason: 'dividend-declared',
      },
    ]);
  });

  test('publishes its transactions, each with its whole state', async () => {
    const [holder] = await enterHolders(database.admin, acme.id, ['8', '16']);
    const id = await dividends.declare();
    await work(aws);
    const told = aws.events.map(({ event }) => event).filter((event) => JSON.stringify(event).includes(id));
    expect(told.map((event) => event['detail-type'])).toEqual(['change.requested', 'transaction.created']);
    const { transactions } = (told[1]?.detail ?? {}) as { transactions: { shareholder_id: string }[] };
    expect(transactions).toHaveLength(2);
    expect(transactions.find(({ shareholder_id }) => shareholder_id === holder)).toEqual({
      id: expect.any(String),
      type: 'DIVIDEND',
      status: 'PENDING',
      amount: '1.00',
      currency: 'USD',
      shareholder_id: holder,
      dividend_id: id,
      version: 1,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
  });

  test('pays its own class alone, in a currency without minor units', async () => {
    await enterHolders(database.admin, acme.id, ['5'], {});
    const [preferred] = await enterHolders(database.admin, acme.id, ['3'], { securityClass: 'PREFERRED' });
    const id = await dividends.declare({
      security_class: 'PREFERRED',
      currency: 'JPY',
      rate_per_share: '0.5',
    });
    await work(aws);
    // 1.5 yen are rounded to the even 2.
    expect((await dividends.lines(id)).body.data).toEqual([
      expect.objectContaining({ shareholder_id: preferred, holdings: '3', amount: '2' }),
    ]);
  });

  test('pages through its lines, and shows each holder theirs', async () => {
    const holders = await enterHolders(database.admin, acme.id, ['8', '16', '24']);
    const first = await dividends.declare();
    const second = await dividends.declare({ rate_per_share: '1' });
    await work(aws);
    const page = await dividends.lines(first, { limit: '2' });
    const rest = await dividends.lines(first, { limit: '2', cursor: page.body.next_cursor });
    expect(rest.body.next_cursor).toBeNull();
    expect([...page.body.data, ...rest.body.data].map((line) => line.shareholder_id)).toEqual(
      holders.toSorted(),
    );
    expect((await dividends.ofHolder(holders[0] ?? '')).body.data).toMatchObject([
      { dividend_id: second, amount: '8.00', state: 'PENDING', status: 'PENDING' },
      { dividend_id: first, amount: '1.00' },
    ]);
    expect((await dividends.ofHolder(randomUUID())).status).toBe(404);
    const listed = await dividends.list({ limit: '1' });
    expect(listed.body).toMatchObject({ data: [{ id: second }], next_cursor: expect.any(String) });
    expect((await dividends.list({ state: 'PAID' })).body.data).toEqual([]);
  });
});

describe('a pool', () => {
  test('is spent to the minor unit', async () => {
    await enterHolders(database.admin, acme.id, ['1', '1', '1', '0.5', '0.00000001']);
    const id = await dividends.declare({ rate_per_share: undefined, total_pool: '100.01' });
    await work(aws);
    expect((await dividends.get(id)).body).toMatchObject({
      state: 'PENDING',
      total_pool: '100.01',
      total_amount: '100.01',
      residual: '0',
      reconciled: true,
    });
  });
});

describe('a record date in the future', () => {
  const at = (date: string) => ({ id: randomUUID(), time: `${date}T00:15:00Z` });

  test('is frozen by the schedule of the day after it, and pays the holder of record', async () => {
    const register = new Register(acme.as('OPS'));
    const seller = await register.holder('800');
    const buyer = await register.holder('0');
    const id = await dividends.declare({ record_date: day(5), payable_date: day(20) });
    await work(aws);
    await takeSnapshots(at(day(5)), testContext());
    await work(aws);
    expect((await dividends.get(id)).body.state).toBe('DECLARED');

    await takeSnapshots(at(day(6)), testContext());
    await work(aws);
    const sold = await register.transfer({
      from_shareholder_id: seller.id,
      to_shareholder_id: buyer.id,
      quantity: '800',
      effective_date: day(0),
    });
    expect(sold.status).toBeLessThan(300);
    await takeSnapshots(at(day(7)), testContext());
    await work(aws);

    expect((await dividends.get(id)).body).toMatchObject({ state: 'PENDING', holders: 1, reconciled: true });
    expect((await dividends.lines(id)).body.data).toEqual([
      expect.objectContaining({ shareholder_id: seller.id, holdings: '800', amount: '100.00' }),
    ]);
  });

  test('finds nobody, and the dividend ends cancelled', async () => {
    await declareClasses(database.admin, acme, 'NOBODY');
    const id = await dividends.declare({ security_class: 'NOBODY', record_date: day(1) });
    await takeSnapshots(at(day(2)), testContext());
    await work(aws);
    expect((await dividends.get(id)).body).toMatchObject({
      state: 'CANCELLED',
      cancel_reason: 'NO_HOLDERS',
      holders: 0,
      total_amount: '0.00',
      reconciled: true,
    });
  });

  test('more money than there is ends cancelled', async () => {
    await enterHolders(database.admin, acme.id, ['90000000000000000000']);
    const id = await dividends.declare({ rate_per_share: '90000000000000000000' });
    await work(aws);
    expect((await dividends.get(id)).body).toMatchObject({ state: 'CANCELLED', cancel_reason: 'TOO_LARGE' });
  });
});

describe('cancelling', () => {
  test('voids every payment and takes the liability back', async () => {
    await enterHolders(database.admin, acme.id, ['8', '16']);
    const id = await dividends.declare();
    await work(aws);
    const cancelled = await dividends.cancel(id);
    expect(cancelled).toMatchObject({
      status: 200,
      body: { state: 'CANCELLED', cancel_reason: 'REQUESTED' },
    });
    expect(await statusesOf(id)).toEqual([['FAILED', 'CANCELLED']]);
    expect((await journalOf(id)).map(({ debit_account, amount }) => [debit_account, amount])).toEqual([
      ['DIVIDENDS_DECLARED', '300'],
      ['DIVIDENDS_PAYABLE', '300'],
    ]);
    expect((await dividends.get(id)).body.reconciled).toBe(true);
    expect((await dividends.cancel(id)).body.type).toBe('/problems/dividend-not-cancellable');
    await work(aws);
    expect(await statusesOf(id)).toEqual([['FAILED', 'CANCELLED']]);
  });

  test('before the snapshot leaves nothing to pay', async () => {
    await enterHolders(database.admin, acme.id, ['8']);
    const id = await dividends.declare();
    expect((await dividends.cancel(id)).status).toBe(200);
    await work(aws);
    expect((await dividends.get(id)).body).toMatchObject({ state: 'CANCELLED', holders: null });
    expect(await statusesOf(id)).toEqual([]);
  });

  test('is refused after the first payment was sent, which turns the dividend to PAYING', async () => {
    await enterHolders(database.admin, acme.id, ['8', '16']);
    const id = await dividends.declare();
    await work(aws);
    await sql(
      `update transactions set status = 'SENT', version = 2 where id = (select id from transactions where dividend_id = $1 limit 1) and set_config('app.tenant_id', $2, true) is not null`,
      [id, acme.id],
    );
    expect((await dividends.get(id)).body.state).toBe('PAYING');
    expect(await dividends.cancel(id)).toMatchObject({
      status: 409,
      body: { type: '/problems/dividend-not-cancellable' },
    });
  });

  test('of many holders continues in the background', async () => {
    await enterHolders(database.admin, acme.id, Array(5_500).fill('8'));
    // Autovacuum does the same after a load: plans that were made for a handful of rows are replaced.
    await sql('analyze', []);
    const id = await dividends.declare();
    await work(aws);
    expect((await dividends.cancel(id)).body.state).toBe('CANCELLED');
    expect((await dividends.get(id)).body.reconciled).toBe(false);
    await work(aws);
    expect(await statusesOf(id)).toEqual([['FAILED', 'CANCELLED']]);
    expect((await dividends.get(id)).body.reconciled).toBe(true);
  });
});
