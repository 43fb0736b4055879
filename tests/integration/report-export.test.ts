import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as createHandler } from '#functions/reporting/create-report-export.ts';
import { handler as getHandler } from '#functions/reporting/get-report-export.ts';
import { handler as transactions } from '#functions/reporting/get-transactions-report.ts';
import { handler as worker } from '#functions/workers/write-report-export.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { createReportExport, getReportExport } from '#reporting/exports/exports.routes.ts';
import { getTransactionsReport } from '#reporting/reports/ledger-reports.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { day } from '#tests/support/dividends.ts';
import { drain, recordOf } from '#tests/support/queue-driver.ts';
import { Register } from '#tests/support/register.ts';
import { call, type TestResponse, testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** More than are read at once, so that a file is made of several parts. */
const TRANSACTIONS = 12_345;

let database: TestDatabase;
let aws: TestAws;
let issuer: TestTenant;
let sponsor: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  issuer = await insertTestTenant(database.admin, 'ISSUER');
  sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  await database.admin.query(
    `insert into reporting_transactions (tenant_id, id, version, type, status, amount, currency, created_at, updated_at)
     select $1, uuid_v7(), 1, 'DISBURSE', 'SETTLED', n, 'USD', date_trunc('second', now()), now() from generate_series(1, $2::integer) n`,
    [issuer.id, TRANSACTIONS],
  );
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const order = (body: unknown, tenant = issuer) =>
  call(createHandler, createReportExport, { as: tenant.as('COMPLIANCE'), body });
const get = (id: string, tenant = issuer) =>
  call(getHandler, getReportExport, { as: tenant.as('COMPLIANCE'), params: { id } });

/** Orders, has it written, and answers what became of it. */
async function exported(body: unknown, tenant = issuer): Promise<TestResponse['body']> {
  const ordered = await order(body, tenant);
  expect(ordered.status, ordered.text).toBe(202);
  expect(ordered.body).toMatchObject({ state: 'QUEUED', rows: 0, url: null });
  expect(ordered.header('location')).toBe(`/api/reports/exports/${ordered.body.id}`);
  await drain(aws, 'report-exports', worker);
  return (await get(ordered.body.id, tenant)).body;
}

const download = async (url: string) => {
  const answer = await fetch(url);
  return { text: await answer.text(), headers: answer.headers };
};

test('a report that is longer than its pages is one file', async () => {
  const done = await exported({ report: 'transactions' });
  expect(done).toMatchObject({
    state: 'DONE',
    rows: TRANSACTIONS,
    failure: null,
    parameters: { from: day(-29), to: day(0) },
  });
  const { text, headers } = await download(done.url);
  expect(headers.get('content-type')).toContain('text/csv');
  expect(headers.get('content-disposition')).toContain(`transactions-${day(0)}.csv`);
  const page = await call(transactions, getTransactionsReport, {
    as: issuer.as('OPS'),
    headers: { Accept: 'text/csv' },
  });
  expect(text).toBe(page.text);
  expect(Date.parse(done.expires_at) - Date.parse(done.completed_at)).toBe(7 * 86_400_000);
});

test('as NDJSON it has an item a line', async () => {
  const done = await exported({
    report: 'transactions',
    format: 'ndjson',
    parameters: { status: 'SETTLED' },
  });
  const lines = (await download(done.url)).text.trimEnd().split('\n');
  expect(lines).toHaveLength(TRANSACTIONS);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ type: 'DISBURSE', currency: 'USD' });
});

test('the register and the plans can be exported like the rest', async () => {
  const ops = new Register(issuer.as('OPS'));
  await ops.holder('3', { external_ref: 'A', name: '@SUM(1)' });
  await ops.holder('4', { external_ref: 'B' });
  const holdings = await exported({ report: 'holdings' });
  expect((await download(holdings.url)).text).toMatch(
    /^shareholder_id,external_ref,name,holdings\r\n[^,]+,A,'@SUM\(1\),3\r\n[^,]+,B,Ada Holder,4\r\n$/,
  );
  const none = await exported({ report: 'vesting', parameters: { period: '2026' } }, sponsor);
  expect(none).toMatchObject({ state: 'DONE', rows: 0 });
  expect((await download(none.url)).text).toMatch(/^plan_id,.*\r\n$/);
  expect(await exported({ report: '1099-div', parameters: { year: '2026' } })).toMatchObject({ rows: 0 });
  expect(await exported({ report: 'contributions' }, sponsor)).toMatchObject({ rows: 0 });
});

test.each<[string, object, string]>([
  ['a hundred years', { report: 'transactions', parameters: { from: '1926-01-01' } }, '/parameters/from'],
  [
    'a parameter that is none of its',
    { report: 'transactions', parameters: { year: '1' } },
    '/parameters/year',
  ],
  ['a page', { report: 'transactions', parameters: { limit: '1' } }, '/parameters/limit'],
  ['a parameter that is missing', { report: '1099-div' }, '/parameters/year'],
  ['a report of sponsors', { report: 'vesting', parameters: { period: '2026' } }, '/report'],
  ['a report that does not exist', { report: 'users' }, '/report'],
  ['a format that does not exist', { report: 'transactions', format: 'xlsx' }, '/format'],
])('%s is refused', async (_, body, pointer) => {
  const answer = await order(body);
  expect(answer.status).toBe(422);
  expect(answer.body.errors[0]).toMatchObject({ pointer });
});

test('of a dividend that is another tenant’s there is no export', async () => {
  expect((await order({ report: 'dividend', parameters: { id: uuidV7() } })).status).toBe(404);
});

test('only its tenant sees an export, which is written once', async () => {
  const done = await exported({ report: 'transactions' });
  expect((await get(done.id, sponsor)).status).toBe(404);
  const message = { tenant_id: issuer.id, export_id: done.id };
  const again = await worker({ Records: [recordOf(message)] }, testContext());
  expect(again.batchItemFailures).toEqual([]);
  expect((await get(done.id)).body).toMatchObject({ completed_at: done.completed_at });
});

test('a report that can’t be written fails after the last attempt, and its state shows it', async () => {
  const ordered = await order({ report: 'transactions' });
  const message = { tenant_id: issuer.id, export_id: ordered.body.id };
  const bucket = process.env.UPLOADS_BUCKET;
  process.env.UPLOADS_BUCKET = 'no-such-bucket';
  try {
    const attempt = (receives: number) => worker({ Records: [recordOf(message, receives)] }, testContext());
    expect((await attempt(1)).batchItemFailures).toHaveLength(1);
    expect((await get(ordered.body.id)).body.state).toBe('RUNNING');
    expect((await attempt(3)).batchItemFailures).toEqual([]);
  } finally {
    process.env.UPLOADS_BUCKET = bucket;
  }
  expect((await get(ordered.body.id)).body).toMatchObject({
    state: 'FAILED',
    failure: 'internal-error',
    url: null,
  });
});
