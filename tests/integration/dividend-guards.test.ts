import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DIVIDEND_STATES, DIVIDEND_STEPS } from '#dividends/dividend-state.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, day, enterHolders, TERMS, work } from '#tests/support/dividends.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let dividends: Dividends;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  acme = await insertTestTenant(database.admin, 'ISSUER');
  dividends = new Dividends(acme.as('OPS'));
  await enterHolders(database.admin, acme.id, ['8', '16', '24']);
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const count = async () =>
  Number((await database.admin.query('select count(*) from dividends')).rows[0].count);

describe('terms that are refused', () => {
  test.each<[string, object, string]>([
    ['a rate of 0', { rate_per_share: '0' }, '/rate_per_share'],
    ['a rate of 0.00', { rate_per_share: '0.00' }, '/rate_per_share'],
    ['a negative rate', { rate_per_share: '-0.1' }, '/rate_per_share'],
    ['12 decimals', { rate_per_share: '0.123456789012' }, '/rate_per_share'],
    ['NaN', { rate_per_share: 'NaN' }, '/rate_per_share'],
    ['Infinity', { rate_per_share: 'Infinity' }, '/rate_per_share'],
    ['an exponent', { rate_per_share: '1e-2' }, '/rate_per_share'],
    ['a comma', { rate_per_share: '0,1' }, '/rate_per_share'],
    ['an empty rate', { rate_per_share: '' }, '/rate_per_share'],
    ['null', { rate_per_share: null }, '/rate_per_share'],
    ['neither rate nor pool', { rate_per_share: undefined }, '/rate_per_share'],
    ['both rate and pool', { total_pool: '100' }, '/total_pool'],
    ['a pool of 0', { rate_per_share: undefined, total_pool: '0' }, '/total_pool'],
    ['a negative pool', { rate_per_share: undefined, total_pool: '-5' }, '/total_pool'],
    ['a tenth of a cent', { rate_per_share: undefined, total_pool: '1.001' }, '/total_pool'],
    ['half a yen', { currency: 'JPY', rate_per_share: undefined, total_pool: '1.5' }, '/total_pool'],
    [
      'a ten-thousandth of a dinar',
      { currency: 'KWD', rate_per_share: undefined, total_pool: '1.0001' },
      '/total_pool',
    ],
    ['an unknown currency', { currency: 'ABC' }, '/currency'],
    ['a metal', { currency: 'XAU' }, '/currency'],
    ['a currency in lower case', { currency: 'usd' }, '/currency'],
    ['payable before record', { record_date: day(5), payable_date: day(4) }, '/payable_date'],
    ['payable after 61 days', { record_date: day(1), payable_date: day(62) }, '/payable_date'],
    ['a record date before today', { declaration_date: undefined, record_date: day(-1) }, '/record_date'],
    ['record before declaration', { declaration_date: day(3), record_date: day(2) }, '/record_date'],
    ['a declaration tomorrow', { declaration_date: day(1), record_date: day(2) }, '/declaration_date'],
    ['Feb 29 2027', { record_date: '2027-02-29', payable_date: '2027-03-10' }, '/record_date'],
    ['Feb 29 2023', { record_date: '2023-02-29', payable_date: '2023-03-10' }, '/record_date'],
    ['a date in words', { record_date: 'tomorrow' }, '/record_date'],
    ['an instant for a date', { record_date: `${day(1)}T00:00:00Z` }, '/record_date'],
    ['a class nobody holds', { security_class: 'NOBODY' }, '/security_class'],
    ['a class in lower case', { security_class: 'common' }, '/security_class'],
    ['a field that is none', { memo: 'x' }, '/memo'],
  ])('%s', async (_, terms, pointer) => {
    const before = await count();
    const answer = await dividends.schedule(terms);
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/validation-failed' } });
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
    expect(await count()).toBe(before);
  });

  test.each<[string, object]>([
    ['60 days to the payable date', { record_date: day(1), payable_date: day(61) }],
    ['a leap day', { record_date: '2028-02-29', payable_date: '2028-02-29' }],
    ['yen', { currency: 'JPY', rate_per_share: undefined, total_pool: '100' }],
    ['dinars to the fils', { currency: 'KWD', rate_per_share: undefined, total_pool: '100.001' }],
    ['eight decimals', { rate_per_share: '0.00000001' }],
    ['a record date that a past declaration allows', { declaration_date: day(-5), record_date: day(-5) }],
  ])('but not %s', async (_, terms) => {
    expect((await dividends.schedule(terms)).status).toBe(201);
    await work(aws);
  });
});

describe('the terms of a dividend that stands', () => {
  const TWICE = { record_date: day(40), payable_date: day(50), rate_per_share: '0.77' };
  const again = (terms: object = {}) => dividends.schedule({ ...TWICE, repeats_terms: false, ...terms });

  test('are those of another one only where that is said, or anything differs', async () => {
    const first = await again();
    expect(first.status).toBe(201);
    const refused = await again({ rate_per_share: '0.770' });
    expect(refused).toMatchObject({ status: 409, body: { type: '/problems/dividend-repeated' } });
    expect(refused.body.detail).toContain(first.body.id);
    const others = [
      { payable_date: day(51) },
      { record_date: day(41) },
      { rate_per_share: '0.78' },
      { rate_per_share: undefined, total_pool: '100' },
      { currency: 'EUR' },
      { repeats_terms: true },
    ];
    for (const terms of others) expect((await again(terms)).status).toBe(201);
  });

  test('are free again once it is cancelled', async () => {
    const terms = { rate_per_share: '0.99' };
    const first = await again(terms);
    expect((await dividends.cancel(first.body.id)).status).toBe(200);
    expect((await again(terms)).status).toBe(201);
  });
});

describe('one declaration', () => {
  test('needs a key', async () => {
    expect((await dividends.schedule({}, null)).body.type).toBe('/problems/idempotency-key-required');
  });

  test('is created once for its key, even by twenty requests at once, for ever', async () => {
    const key = randomUUID();
    const before = await count();
    const terms = { record_date: day(1) };
    const answers = await Promise.all(Array.from({ length: 20 }, () => dividends.schedule(terms, key)));
    const first = answers.find(({ status }) => status === 201);
    for (const { status, body } of answers)
      if (status === 201) expect(body.id).toBe(first?.body.id);
      else expect(body.type).toBe('/problems/request-in-progress');
    expect(await count()).toBe(before + 1);
    await database.admin.query('delete from idempotency_keys');
    expect((await dividends.schedule(terms, key)).body.type).toBe('/problems/dividend-exists');
    expect(await count()).toBe(before + 1);
  });
});

describe('the database itself refuses', () => {
  async function asApp(text: string, values: unknown[] = []): Promise<string> {
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
  const SNAPSHOT_VALUES = `holders = 0, total_amount = 0, residual = 0, snapshot_sha256 = repeat('0', 64), positions_known_at = now()`;

  async function pastTriggers<T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await database.admin.connect();
    try {
      await client.query('set session_replication_role = replica');
      return await run(client);
    } finally {
      await client.query('set session_replication_role = origin');
      client.release();
    }
  }

  /** A dividend without holders, put into a state past the triggers. */
  async function dividendIn(state: string): Promise<string> {
    const { rows } = await pastTriggers((client) =>
      client.query(
        `insert into dividends (tenant_id, state, security_class, currency, exponent, rate_per_share, declaration_date, record_date, payable_date,
           idempotency_key, cancel_reason, holders, total_amount, residual, snapshot_sha256, positions_known_at)
         select $1, $2, 'COMMON', 'USD', 2, 1, '2026-01-01', '2026-01-01', '2026-01-02', gen_random_uuid(),
           case when $2 = 'CANCELLED' then 'REQUESTED' end, h, h, h, case when h = 0 then repeat('0', 64) end, case when h = 0 then now() end
         from (select case when $2 <> 'DECLARED' then 0 end as h) as snapshot returning id`,
        [acme.id, state],
      ),
    );
    return rows[0].id;
  }

  const pairs = DIVIDEND_STATES.flatMap((from) => DIVIDEND_STATES.map((to) => [from, to] as const));
  test.each(pairs.filter(([from, to]) => from !== to))('or allows %s → %s', async (from, to) => {
    const id = await dividendIn(from);
    const snapshot = from === 'DECLARED' && to !== 'CANCELLED' ? `, ${SNAPSHOT_VALUES}` : '';
    const outcome = await asApp(
      `update dividends set state = $2, version = version + 1, cancel_reason = case when $2 = 'CANCELLED' then 'REQUESTED' end ${snapshot} where id = $1`,
      [id, to],
    );
    expect(outcome).toBe(DIVIDEND_STEPS[from].includes(to) ? 'done' : 'dividends_legal_transition');
  });

  test('PENDING while lines and transactions don’t add up', async () => {
    const id = await dividends.declare();
    await work(aws);
    expect((await dividends.get(id)).body.state).toBe('PENDING');
    const { rows } = await database.admin.query(
      'select transaction_id from dividend_lines where dividend_id = $1 limit 1',
      [id],
    );
    const client = await database.admin.connect();
    const spoilt = async (change: string): Promise<string> => {
      await client.query('begin');
      await client.query('set local session_replication_role = replica');
      await client.query(`update dividends set state = 'SNAPSHOT' where id = '${id}'`);
      await client.query(change);
      await client.query('set local session_replication_role = origin');
      await client.query(`select set_config('app.tenant_id', '${acme.id}', true)`);
      const outcome = await client
        .query(`update dividends set state = 'PENDING', version = version + 1 where id = '${id}'`)
        .then(
          () => 'done',
          (error: { constraint?: string }) => error.constraint,
        );
      await client.query('rollback');
      return String(outcome);
    };
    const transaction = rows[0].transaction_id;
    const changes = [
      `update transactions set amount = amount + 1 where id = '${transaction}'`,
      `delete from transactions where id = '${transaction}'`,
      `update dividend_lines set amount = amount + 1 where transaction_id = '${transaction}'`,
      `delete from dividend_lines where transaction_id = '${transaction}'`,
      `update dividends set total_amount = total_amount + 1 where id = '${id}'`,
      `update dividends set holders = holders + 1 where id = '${id}'`,
      // One more, and one less.
      `update transactions set amount = amount + case when id = '${transaction}' then 1 else -1 end where id in
         (select transaction_id from dividend_lines where dividend_id = '${id}' order by transaction_id <> '${transaction}' limit 2)`,
    ];
    try {
      for (const change of changes) expect(await spoilt(change), change).toBe('dividends_reconciled');
      // An unspoilt statement passes the check and reaches the journal, which already has the entry.
      expect(await spoilt('select 1')).toBe('journal_once_a_dividend');
    } finally {
      client.release();
    }
  });

  test('to change terms, snapshot or lines, to add lines, to skip versions', async () => {
    const id = await dividends.declare();
    await work(aws);
    const set = (change: string) => asApp(`update dividends set ${change} where id = $1`, [id]);
    expect(await set('rate_per_share = 9, version = version + 1')).toBe('dividends_immutable');
    expect(await set('total_amount = 9, version = version + 1')).toBe('dividends_immutable');
    expect(await set('version = version + 2')).toBe('dividends_versions');
    expect(await asApp('update dividend_lines set amount = 1 where dividend_id = $1', [id])).toMatch(
      /permission denied/,
    );
    expect(await asApp('insert into dividend_lines select * from dividend_lines limit 1')).toMatch(
      /permission denied/,
    );
    await expect(
      database.admin.query('update dividend_lines set amount = 1 where dividend_id = $1', [id]),
    ).rejects.toThrow('append-only');
  });

  test('a second payment of a line', async () => {
    const id = await dividends.declare();
    await work(aws);
    const again = await asApp(
      `insert into transactions (type, amount, currency, shareholder_id, dividend_id)
       select type, amount, currency, shareholder_id, dividend_id from transactions where dividend_id = $1 limit 1`,
      [id],
    );
    expect(again).toBe('transactions_dividend_holder');
  });

  test.each(['null', "'DIVIDENDS_PAYABLE'"])(
    'a payment of no line from what is owed to others (source %s)',
    async (source) => {
      await dividends.declare();
      const holder = 'select id from shareholders limit 1';
      const paid = await asApp(
        `insert into transactions (type, amount, currency, shareholder_id, source_account) values ('DISBURSE', 900, 'USD', (${holder}), ${source})`,
      );
      expect(paid).toBe('transactions_payable_is_declared');
    },
  );

  test('to send a payment of a dividend that is cancelled or not pending yet', async () => {
    const id = await dividends.declare();
    await work(aws);
    await pastTriggers((client) =>
      client.query(`update dividends set state = 'SNAPSHOT' where id = $1`, [id]),
    );
    const send = () =>
      asApp(`update transactions set status = 'SENT', version = version + 1 where dividend_id = $1`, [id]);
    expect(await send()).toBe('transactions_dividend_is_paying');
    expect((await dividends.cancel(id)).status).toBe(200);
    expect(await send()).toBe('transactions_legal_transition');
  });
});

test('terms are read exactly as JSON numbers too', async () => {
  const { body } = await dividends.schedule({ ...TERMS, rate_per_share: 0.1, record_date: day(1) });
  expect(body.rate_per_share).toBe('0.1');
});
