import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { handler as historyHandler } from '#functions/reporting/get-holdings-history.ts';
import { handler } from '#functions/reporting/get-holdings-report.ts';
import { addMonths, endOfMonth } from '#kernel/calendar.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { getHoldingsHistory } from '#reporting/reports/ownership.routes.ts';
import { getHoldingsReport } from '#reporting/reports/reports.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertPositionChange } from '#tests/support/position-change.ts';
import { daysAgo, Register } from '#tests/support/register.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const FIELD_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:field-key';

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let ops: Register;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws({ secrets: [{ name: 'field-key', arn: FIELD_KEY_ARN, initialValue: 'of the test' }] });
  process.env.FIELD_KEY_SECRET_ARN = FIELD_KEY_ARN;
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
beforeEach(async () => {
  acme = await insertTestTenant(database.admin, 'ISSUER');
  await declareClasses(database.admin, acme, 'PREF');
  ops = new Register(acme.as('OPS'));
});

type Query = Record<string, string>;

function report(
  query: Query = {},
  accept?: string,
  as: Principal = acme.as('COMPLIANCE'),
): Promise<TestResponse> {
  const headers: Record<string, string> = accept === undefined ? {} : { Accept: accept };
  return call(handler, getHoldingsReport, { as, query, headers });
}
const csv = (query: Query = {}) => report(query, 'text/csv');

/** Every page of a report, from its first. */
async function pages(query: Query): Promise<string[]> {
  const texts: string[] = [];
  let cursor: string | null = null;
  do {
    const page: TestResponse = await report(cursor === null ? query : { ...query, cursor });
    texts.push(page.text);
    cursor = page.body.next_cursor;
  } while (cursor !== null);
  return texts;
}

/** The register again and again changed, in every way it can be. */
async function change(ids: readonly string[], round: number): Promise<void> {
  const at = (i: number) => ids[i % ids.length] as string;
  await ops.update(at(round), {
    holdings: `${round + 1}.5`,
    effective_date: daysAgo(2),
    security_class: 'PREF',
  });
  await ops.update(at(round + 1), { name: `Renamed ${round}` });
  await ops.transfer({
    from_shareholder_id: at(round),
    to_shareholder_id: at(round + 2),
    quantity: '0.25',
    effective_date: daysAgo(round % 3),
  });
  await ops.holder('7', { external_ref: `P-${round}-${randomUUID()}`, effective_date: daysAgo(20) });
}

test('sums the entries of a day under the names of an instant', async () => {
  const ada = await ops.holder('100', { external_ref: 'B', name: 'Ada', effective_date: daysAgo(30) });
  await ops.holder('0', { external_ref: 'A' });
  const bob = await ops.holder('1.50', { external_ref: 'a', name: 'Bob', effective_date: daysAgo(10) });
  await ops.update(ada.id, { holdings: '90.5', effective_date: daysAgo(5) });
  await ops.update(ada.id, { holdings: '10', security_class: 'PREF' });
  const today = await report();
  expect(today.body).toEqual({
    as_of: daysAgo(0),
    known_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    holders: 2,
    total_holdings: '102',
    data: [
      { shareholder_id: ada.id, external_ref: 'B', name: 'Ada', holdings: '100.5' },
      { shareholder_id: bob.id, external_ref: 'a', name: 'Bob', holdings: '1.5' },
    ],
    next_cursor: null,
  });
  const totals = async (query: Query) => {
    const { holders, total_holdings, data } = (await report(query)).body;
    return [holders, total_holdings, data.length];
  };
  expect(await totals({ as_of: daysAgo(31) })).toEqual([0, '0', 0]);
  expect(await totals({ as_of: daysAgo(30) })).toEqual([1, '100', 1]);
  expect(await totals({ as_of: daysAgo(10) })).toEqual([2, '101.5', 2]);
  expect(await totals({ as_of: daysAgo(5) })).toEqual([2, '92', 2]);
  expect(await totals({ as_of: '2199-12-31' })).toEqual([2, '102', 2]);
  expect(await totals({ security_class: 'PREF' })).toEqual([1, '10', 1]);
  expect(await totals({ security_class: 'COMMON' })).toEqual([2, '92', 2]);
  expect(await totals({ security_class: 'NONE' })).toEqual([0, '0', 0]);
  expect(await totals({ known_at: '2020-01-01T00:00:00Z' })).toEqual([0, '0', 0]);
  await ops.update(ada.id, { name: 'Ada King' });
  expect((await report({ known_at: today.body.known_at })).body.data[0].name).toBe('Ada');
  expect((await report()).body.data[0].name).toBe('Ada King');
});

test('is the same to the byte after back-dated corrections, transfers, renames and new holders', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 7; i += 1)
    ids.push((await ops.holder(`${i}.125`, { external_ref: `R${i}`, effective_date: daysAgo(20) })).id);
  const queries: Query[] = [
    { limit: '3' },
    { limit: '3', as_of: daysAgo(2) },
    { limit: '2', security_class: 'PREF' },
  ];
  for (let round = 0; round < 3; round += 1) {
    await change(ids, round);
    const issued = await Promise.all(
      queries.map(async (query) => {
        const first = await report(query);
        const known = { ...query, known_at: first.body.known_at, as_of: first.body.as_of };
        return {
          known,
          texts: await pages(known),
          table: (await csv({ ...known, limit: '1000' })).text,
          first,
        };
      }),
    );
    for (const { texts, first } of issued) expect(texts[0]).toBe(first.text);
    for (let i = 0; i < 3; i += 1) await change(ids, round + i);
    for (const { known, texts, table } of issued) {
      expect((await report({ ...known, known_at: new Date().toISOString() })).text).not.toBe(texts[0]);
      expect(await pages(known)).toEqual(texts);
      expect((await csv({ ...known, limit: '1000' })).text).toBe(table);
    }
  }
});

test('its pages are of one instant, while the register changes', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 9; i += 1) ids.push((await ops.holder(`${i + 1}`, { external_ref: `R${i}` })).id);
  const first = await report({ limit: '2' });
  const rows = [...first.body.data];
  for (let cursor = first.body.next_cursor, round = 0; cursor !== null; round += 1) {
    await change(ids, round);
    const { body } = await report({ limit: '2', cursor });
    expect(body).toMatchObject({ known_at: first.body.known_at, holders: 9, total_holdings: '45' });
    rows.push(...body.data);
    cursor = body.next_cursor;
  }
  expect(rows.map(({ external_ref, holdings }) => `${external_ref}=${holdings}`)).toEqual(
    Array.from({ length: 9 }, (_, i) => `R${i}=${i + 1}`),
  );
});

describe('an instant', () => {
  test('is fixed only when nothing recorded before it can still be committed', async () => {
    await ops.holder('5', { external_ref: 'A' });
    const writer = await database.connectAsApp();
    onTestFinished(() => writer.end());
    const write = async (holdings: number) => {
      await writer.query('begin');
      await writer.query(`select set_config('app.tenant_id', $1, true)`, [acme.id]);
      await writer.query('update shareholders set holdings = $1, position_change_id = $2', [
        holdings,
        await insertPositionChange(writer),
      ]);
    };
    await write(9);
    const waiting = report();
    const queued = `select from pg_locks l join pg_database d on d.oid = l.database
      where not l.granted and d.datname = current_database()`;
    while ((await database.admin.query(queued)).rowCount === 0);
    await writer.query('commit');
    expect((await waiting).body.total_holdings).toBe('9');

    await write(11);
    // An instant of our clock is cut to the millisecond: in that of the write itself it would lie before it.
    await sleep(2);
    const now = new Date().toISOString();
    for (const query of [{}, { known_at: now }]) {
      const busy = await report(query);
      expect([busy.status, busy.header('retry-after')]).toEqual([503, '2']);
    }
    expect((await report({ known_at: '2020-01-01T00:00:00Z' })).status).toBe(200);
    await writer.query('commit');
    expect((await report({ known_at: now })).body.total_holdings).toBe('11');
  });

  test('that is in the future can’t be reported on', async () => {
    expect(await report({ known_at: '2199-01-01T00:00:00Z' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '?known_at', code: 'future-instant' }] },
    });
  });

  test('is stated by its cursor, which nobody else can write', async () => {
    for (const external_ref of ['A', 'B', 'C']) await ops.create({ external_ref, name: 'N', holdings: '5' });
    const { next_cursor, total_holdings } = (await report({ limit: '1' })).body;
    expect(total_holdings).toBe('15');
    const [text = '', ...signature] = String(next_cursor).split('.');
    const said = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as string[];
    expect(said.at(-1)).toBe('15');
    const forged = said.map((part, index) =>
      said.with(index, index < 2 ? part.replace('2', '1') : `${part}0`),
    );
    const signed = forged.map((parts) => [
      Buffer.from(JSON.stringify(parts)).toString('base64url'),
      ...signature,
    ]);
    const cut = [
      text,
      `${text}.`,
      `${next_cursor}A`,
      String(next_cursor).slice(0, -1),
      `.${signature.join('.')}`,
    ];
    for (const cursor of [...signed.map((parts) => parts.join('.')), ...cut])
      expect(await report({ cursor }), cursor).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '?cursor', code: 'invalid-cursor' }] },
      });
    const other = await insertTestTenant(database.admin, 'ISSUER');
    expect((await report({ cursor: next_cursor }, undefined, other.as('OPS'))).status).toBe(422);
    expect((await report({ cursor: next_cursor })).body.total_holdings).toBe('15');
  });

  test('belongs to its cursor', async () => {
    for (let i = 0; i < 3; i += 1) await ops.holder('1', { security_class: 'PREF' });
    const query = { limit: '1', as_of: daysAgo(0), security_class: 'PREF' };
    const { known_at, next_cursor } = (await report(query)).body;
    const resume = (more: Query) => report({ cursor: next_cursor, ...more });
    expect((await resume({ ...query, known_at })).status).toBe(200);
    for (const other of [
      { as_of: daysAgo(1) },
      { known_at: '2026-01-01T00:00:00Z' },
      { security_class: 'COMMON' },
    ])
      expect((await resume(other)).status).toBe(422);
  });
});

const HEADER =
  'shareholder_id,external_ref,name,holdings,security_class,effective_date,vestry_known_at,vestry_total_holdings';

describe('as CSV', () => {
  test('is one table in pages, safe to open in a spreadsheet', async () => {
    const names = ['=1+1', '+x', '-x', '@x', "'=x", 'a "quoted", name', 'plain'];
    for (const [i, name] of names.entries())
      await ops.holder(`${i + 1}`, { name, external_ref: `=R${i}`, effective_date: daysAgo(3) });
    const whole = await csv();
    expect(whole.header('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(whole.header('x-holders')).toBe('7');
    expect(whole.header('x-total-holdings')).toBe('28');
    expect(whole.header('link')).toBeUndefined();
    const shown = ["'=1+1", "'+x", "'-x", "'@x", "''=x", '"a ""quoted"", name"', 'plain'];
    const lines = whole.text.split('\r\n');
    expect(lines[0]).toBe(HEADER);
    expect(lines.slice(1, -1).map((line) => line.replace(/^[^,]+,/, ''))).toEqual(
      shown.map(
        (name, i) =>
          `'=R${i},${name},${i + 1},COMMON,${whole.header('x-as-of')},${whole.header('x-known-at')},28`,
      ),
    );

    let joined = '';
    let count = 0;
    const query: Query = { limit: '3', known_at: whole.header('x-known-at') as string };
    for (let next: Query | undefined = query; next !== undefined; count += 1) {
      const page: TestResponse = await csv(next);
      joined += page.text;
      const link = /^<\/api\/reports\/holdings\?(.*)>; rel="next"$/.exec(page.header('link') ?? '');
      expect(page.header('content-type')).toMatch(count === 0 ? /header=present$/ : /header=absent$/);
      next = link === null ? undefined : Object.fromEntries(new URLSearchParams(link[1]));
    }
    expect([count, joined]).toEqual([3, whole.text]);
  });

  test('of an empty register is a header', async () => {
    expect((await csv()).text).toBe(`${HEADER}\r\n`);
  });

  test('is served to those who prefer it, JSON to the rest', async () => {
    const type = async (accept?: string) => (await report({}, accept)).header('content-type')?.split(';')[0];
    for (const accept of [
      'text/csv',
      'text/*',
      'TEXT/CSV; q=1',
      'application/json;q=0.5, text/csv',
      '*/*;q=0.1, text/csv',
    ])
      expect([accept, await type(accept)]).toEqual([accept, 'text/csv']);
    for (const accept of [
      undefined,
      '',
      '*/*',
      'application/json',
      'application/*, text/csv',
      'text/csv;q=0, */*',
    ])
      expect([accept, await type(accept)]).toEqual([accept, 'application/json']);
    for (const accept of ['text/html', 'image/*', 'text/csv;q=0', 'nonsense', 'application/xml, text/plain'])
      expect(await report({}, accept)).toMatchObject({
        status: 406,
        body: { type: '/problems/not-acceptable' },
      });
  });
});

test('shows no other register, and is for those who may read it', async () => {
  await ops.holder('5');
  const other = await insertTestTenant(database.admin, 'ISSUER');
  await new Register(other.as('OPS')).holder('7');
  expect((await report()).body.total_holdings).toBe('5');
  expect((await report({}, undefined, other.as('ADMIN'))).body.total_holdings).toBe('7');
  expect((await report({}, undefined, acme.as('EMPLOYEE'))).status).toBe(403);
  const sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  expect((await report({}, undefined, sponsor.as('ADMIN'))).status).toBe(403);
});

const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
const INSTANT = '2026-01-01T00:00:00.000000Z';
test.each([
  { as_of: '2023-02-29' },
  { as_of: '45000' },
  { as_of: '' },
  { as_of: '-infinity' },
  { known_at: '2026-01-01' },
  { known_at: '2026-01-01T00:00:00+01:00' },
  { known_at: '2026-02-30T00:00:00Z' },
  { known_at: '2026-01-01T00:00:00.1234567Z' },
  { known_at: 'now' },
  { security_class: "X' or 1=1" },
  { security_class: '' },
  { limit: '0' },
  { limit: '201' },
  { limit: '1e2' },
  { cursor: '' },
  { cursor: 'x' },
  { cursor: cursor('2026-01-01', INSTANT, '', 'a') },
  { cursor: cursor('2026-02-30', INSTANT, '', 'a', '1', '1') },
  { cursor: cursor('2026-01-01', 'now', '', 'a', '1', '1') },
  { cursor: cursor('2026-01-01', INSTANT, '', 'a\u0000', '1', '1') },
  { cursor: cursor('2026-01-01', INSTANT, '', 'a', 'NaN', '1') },
  { cursor: cursor('2026-01-01', INSTANT, '', 'a', '1', '-1') },
  { cursor: cursor('2026-01-01', INSTANT, '', 1, 1, 1) },
  { other: '1' },
])('%j is refused', async (query) => {
  expect((await report(query as Query)).status).toBe(422);
  expect((await csv({ ...query, limit: 'limit' in query ? '20001' : '1' } as Query)).status).toBe(422);
});

describe('the history', () => {
  const history = (query: Query, headers: Record<string, string> = {}, as = acme.as('COMPLIANCE')) =>
    call(historyHandler, getHoldingsHistory, { as, query, headers });
  const today = daysAgo(0);
  /** The end of a month that many months ago. */
  const end = (months: number) => endOfMonth(addMonths(`${today.slice(0, 7)}-01`, -months));

  test('says of the end of each month who had how much, as the report of that day does', async () => {
    const [a, b, c] = [
      await ops.holder('60', { effective_date: end(4) }),
      await ops.holder('30', { effective_date: end(4) }),
      await ops.holder('10', { effective_date: end(3) }),
    ];
    await ops.update(b.id, { holdings: '5.5', security_class: 'PREF', effective_date: end(2) });
    await ops.transfer({
      ...{ from_shareholder_id: a.id, to_shareholder_id: c.id, quantity: '60', effective_date: end(2) },
    });
    for (let i = 0; i < 12; i += 1) await ops.holder('1', { effective_date: end(1) });
    const { body, status, text } = await history({ from: end(5), to: today });
    expect(status, text).toBe(200);
    const { data, ...head } = body;
    expect(head).toEqual({
      from: end(5),
      to: today,
      every: 'MONTH',
      security_class: null,
      next_cursor: null,
    });
    const row = (
      as_of: string,
      ...[holders, total, largest, ten, all, index]: (string | number | null)[]
    ) => ({
      ...{ as_of, holders, total_holdings: total, largest_1_percent: largest, largest_10_percent: ten },
      ...{ largest_100_percent: all, concentration_index: index },
    });
    const now = row(today, 14, '117.5', '59.5745', '96.5957', '100', '4470.62');
    expect(data).toEqual([
      row(end(5), 0, '0', null, null, null, null),
      row(end(4), 2, '90', '66.6667', '100', '100', '5555.56'),
      row(end(3), 3, '100', '60', '100', '100', '4600'),
      row(end(2), 2, '105.5', '66.3507', '100', '100', '5534.69'),
      { ...now, as_of: end(1) },
      now,
    ]);
    for (const { as_of, holders, total_holdings } of data)
      expect((await report({ as_of })).body, as_of).toMatchObject({ holders, total_holdings });
    const preferred = (await history({ from: end(2), to: end(2), security_class: 'PREF' })).body.data;
    expect(preferred).toEqual([row(end(2), 1, '5.5', '100', '100', '100', '10000')]);
    const other = await insertTestTenant(database.admin, 'ISSUER');
    expect((await history({ from: today, to: today }, {}, other.as('OPS'))).body.data).toMatchObject([
      { holders: 0 },
    ]);

    const whole = (await history({ from: end(5) }, { Accept: 'text/csv' })).text;
    expect(whole.split('\r\n')).toHaveLength(8);
    let table = '';
    let next: Query | undefined = { from: end(5), limit: '4' };
    while (next !== undefined) {
      const page: TestResponse = await history(next, { Accept: 'text/csv' });
      table += page.text;
      const link: string | undefined = /\?(.*)>; rel="next"/.exec(page.header('link') ?? '')?.[1];
      next = link === undefined ? undefined : Object.fromEntries(new URLSearchParams(link));
    }
    expect(table).toBe(whole);
  });

  test('of five years is in quarters', async () => {
    expect(
      (await history({ from: daysAgo(1_825), every: 'QUARTER', limit: '50' })).body.data.length,
    ).toBeGreaterThan(19);
  });

  test.each<[Query, string]>([
    [{ from: '1976-01-01' }, '?from'],
    // The day after tomorrow: the one after today may have come by the time of the request.
    [{ to: daysAgo(-2) }, '?to'],
    [{ every: 'DAY' }, '?every'],
    [{ from: daysAgo(1_000) }, '?every'],
  ])('%j is refused', async (query, pointer) => {
    const refused = await history(query);
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([{ pointer }]);
  });
});
