import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as reverseHandler } from '#functions/plans/reverse-contribution.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { handler as createUploadHandler } from '#functions/uploads/create-contribution-upload.ts';
import { reverseContribution } from '#plans/contributions/contributions.routes.ts';
import { terminatePlan } from '#plans/plan-end.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { dropCredentialOf } from '#tests/support/drop-credentials.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import { RegisterFiles } from '#tests/support/register-files.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { UploadMappings } from '#tests/support/upload-mappings.ts';
import { objectText, processInChild, storedFile, storeFile } from '#tests/support/uploads.ts';
import { toUpload } from '#uploads/intake/upload-answer.ts';
import { createContributionUpload } from '#uploads/intake/uploads.routes.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';
import type { UploadRecord } from '#uploads/upload.repository.ts';

let database: TestDatabase;
let aws: TestAws;
let globex: TestTenant;
let files = 0;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

/** A sponsor of its own, with an employee e-1 to e-5 in a 401K since 2025. */
async function sponsorWithPlans(): Promise<Map<string, string>> {
  globex = await insertTestTenant(database.admin, 'SPONSOR');
  const plans = new Map<string, string>();
  for (let number = 1; number <= 5; number += 1) {
    const employee_id = `e-${number}`;
    const { body } = await enroll(globex, { employee_id, plan_type: '401K', enrolled_on: '2025-01-01' });
    plans.set(employee_id, body.id);
  }
  return plans;
}

// biome-ignore lint/suspicious/noExplicitAny: a row of the database, asserted on
type Row = any;

async function uploadOf(key: string): Promise<Row> {
  const { rows } = await database.admin.query('select * from uploads where object_key = $1', [key]);
  return rows[0];
}

/** Drops a file as the sponsor's payroll does, lets the worker take it, and answers the upload. */
async function drop(content: string, extension = 'csv', of: TestTenant = globex): Promise<Row> {
  files += 1;
  const key = `drop/${of.slug}/contributions/payroll-${files}.${extension}`;
  const credential = await dropCredentialOf(database.admin, of);
  const file = await storeFile(aws, key, content, credential);
  await processUpload(file, { requestId: 'worker', isFinal: () => false });
  return uploadOf(key);
}

const csv = (...rows: string[]) => `employee_id,plan_type,amount,period,source\n${rows.join('\n')}\n`;

/** Returns the books of every plan; each must be the same. */
async function books(): Promise<Row[]> {
  const { rows } = await database.admin.query(
    `select p.employee_id, p.balance,
       (select coalesce(sum(amount), 0)::bigint from contributions c where c.tenant_id = p.tenant_id and c.plan_id = p.id) as contributions,
       (select coalesce(sum(amount), 0)::bigint from transactions t where t.tenant_id = p.tenant_id and t.plan_id = p.id) as transactions,
       (select coalesce(sum(j.amount * case when credit_account = 'PLAN_OBLIGATIONS' then 1 else -1 end), 0)::bigint
         from journal j join transactions t on t.tenant_id = j.tenant_id and t.id = j.transaction_id
         where t.tenant_id = p.tenant_id and t.plan_id = p.id) as owed,
       (select coalesce(sum(employee_amount + employer_amount), 0)::bigint from contribution_years y
         where y.tenant_id = p.tenant_id and y.employee_id = p.employee_id and y.plan_type = p.plan_type) as years
     from plans p where p.tenant_id = $1 order by 1`,
    [globex.id],
  );
  for (const { employee_id, balance, ...others } of rows)
    for (const [book, sum] of Object.entries(others)) expect(sum, `${employee_id} ${book}`).toBe(balance);
  return rows;
}

const balances = async (): Promise<bigint[]> => (await books()).map(({ balance }) => balance);

describe('a payroll file', () => {
  test('enters every good row, and names every bad one with its line', async () => {
    const plans = await sponsorWithPlans();
    await call(terminatePlanHandler, terminatePlan, {
      as: globex.as('ADMIN'),
      params: { id: plans.get('e-5') ?? '' },
      body: { terminated_on: '2025-11-16' },
    });
    const upload = await drop(
      csv(
        'e-1,401K,100.50,2026-01,EMPLOYEE',
        'e-1,401K,50.25,2026-01,EMPLOYER',
        'e-2,401K,10,2026-01-15,',
        'e-9,401K,1,2026-01,',
        'e-5,401K,1,2026-01,',
        'e-1,401K,7,2026-01,EMPLOYEE',
        'e-3,401K,0,2026-01,',
        'e-3,401K,-5,2026-01,',
        'e-3,401K,1.001,2026-01,',
        'e-3,401K,1.0001,2026-01,',
        'e-3,401K,1e3,2026-01,',
        'e-3,401K,1234567890123,2026-01,',
        'e-3,401K,1,2026-13,',
        'e-3,401K,1,2026-02-30,',
        'e-3,401K,1,2024-12,',
        'e-3,401K,1,2199-12,',
        'e-3,IRA,1,2026-01,',
        'e-3,401K,1,2026-01,BANK',
        ',401K,1,2026-01,',
        'e-4,401K,24500.01,2026-01,',
      ),
    );
    expect(upload).toMatchObject({
      state: 'COMPLETED',
      rows: 20,
      accepted: 3,
      rejected: 16,
      ignored: 1,
      failure: null,
    });
    expect(upload.errors.map(({ line, column, code }: Row) => [line, column, code])).toEqual([
      [5, 'employee_id', 'unknown-plan'],
      [6, 'employee_id', 'plan-terminated'],
      [7, 'period', 'duplicate-period'],
      [9, 'amount', 'negative'],
      [10, 'amount', 'too-many-decimals'],
      [11, 'amount', 'too-many-decimals'],
      [12, 'amount', 'invalid-number'],
      [13, 'amount', 'too-long'],
      [14, 'period', 'invalid-period'],
      [15, 'period', 'invalid-period'],
      [16, 'period', 'date-out-of-range'],
      [17, 'period', 'date-out-of-range'],
      [18, 'plan_type', 'unknown-value'],
      [19, 'source', 'unknown-value'],
      [20, 'employee_id', 'required'],
      [21, 'amount', 'contribution-limit'],
    ]);
    expect(upload.errors.at(-1).message).toContain('24500.00 USD: 0.00 USD is used, 24500.00 USD is left');
    expect(await balances()).toEqual([15_075n, 1_000n, 0n, 0n, 0n]);
    const { rows } = await database.admin.query(
      `select amount, source, effective_date, balance_after, upload_id, upload_line from contributions
       where tenant_id = $1 and plan_id = $2 order by id`,
      [globex.id, plans.get('e-1')],
    );
    expect(rows).toEqual([
      {
        amount: 10_050n,
        source: 'EMPLOYEE',
        effective_date: '2026-01-31',
        balance_after: 10_050n,
        upload_id: upload.id,
        upload_line: 2,
      },
      {
        amount: 5_025n,
        source: 'EMPLOYER',
        effective_date: '2026-01-31',
        balance_after: 15_075n,
        upload_id: upload.id,
        upload_line: 3,
      },
    ]);
    const told = await database.admin.query(
      `select payload from outbox where tenant_id = $1 and type = 'transaction.created' and request_id = 'worker'`,
      [globex.id],
    );
    expect(told.rows[0].payload).toMatchObject({
      each: {
        transactions: {
          type: 'CONTRIBUTION',
          status: 'SETTLED',
          currency: 'USD',
          created_at: expect.stringMatching(/^20.*Z$/),
        },
      },
      transactions: [
        { amount: '100.50', source: 'EMPLOYEE', effective_date: '2026-01-31' },
        { amount: '50.25', source: 'EMPLOYER' },
        { amount: '10.00', effective_date: '2026-01-15' },
      ],
    });
  });

  test('brings final pay to the plan that ended, also where the employee has another one since', async () => {
    const plans = await sponsorWithPlans();
    await call(terminatePlanHandler, terminatePlan, {
      as: globex.as('ADMIN'),
      params: { id: plans.get('e-5') ?? '' },
      body: { terminated_on: '2025-11-17' },
    });
    const rows = ['e-5,401K,1,2026-01,', 'e-5,401K,2,2026-02-01,', 'e-5,401K,4,2026-03-31,'];
    const first = await drop(csv(...rows));
    expect(first).toMatchObject({ state: 'COMPLETED', accepted: 1, rejected: 2 });
    expect(first.errors.map(({ code }: Row) => code)).toEqual(['plan-terminated', 'plan-terminated']);
    const order = { employee_id: 'e-5', plan_type: '401K', enrolled_on: '2026-02-15' };
    const { body: next } = await enroll(globex, order);
    expect(await drop(csv(...rows, 'e-5,401K,8,2025-12,'))).toMatchObject({
      accepted: 3,
      unchanged: 1,
    });
    const { rows: paid } = await database.admin.query(
      'select plan_id, sum(amount) as sum from contributions where tenant_id = $1 group by 1 order by 2',
      [globex.id],
    );
    expect(paid).toEqual([
      { plan_id: next.id, sum: '400' },
      { plan_id: plans.get('e-5'), sum: '900' },
    ]);
  });

  test('comes back corrected from its errors file', async () => {
    await sponsorWithPlans();
    const upload = await drop(csv('e-1,401K,1,2026-01,', 'e-2,401K,x,2026-01,', '=cmd,401K,1,2026-01,'));
    const errors = await objectText(aws, upload.errors_key);
    expect(errors.split('\r\n').slice(0, 3)).toEqual([
      'employee_id,plan_type,amount,source,period,currency,run_id,vestry_error_line,vestry_error_column,vestry_error_code,vestry_error_message,vestry_error_row',
      expect.stringMatching(/^e-2,401K,x,,2026-01,,,3,amount,invalid-number,/),
      expect.stringMatching(/^'=cmd,401K,1,/),
    ]);
    const again = await drop(errors.replace('e-2,401K,x', 'e-2,401K,2'));
    expect(again).toMatchObject({ state: 'COMPLETED', rows: 2, accepted: 1, rejected: 1 });
    expect((await balances()).slice(0, 2)).toEqual([100n, 200n]);
  });

  test('of a payroll system, with a column for each source and codes of its own, is loaded by a mapping', async () => {
    await sponsorWithPlans();
    const mappings = new UploadMappings(globex.as('OPS'));
    const { body, text } = await mappings.create({
      name: 'payroll.system-1',
      kind: 'contributions',
      columns: [
        { from: 'Emp', to: 'employee_id' },
        { from: 'Plan', to: 'plan_type', values: { K: '401K' } },
        { from: 'Pay month', to: 'period' },
        { from: 'Deferral', to: 'amount', value: { source: 'EMPLOYEE' } },
        { from: 'Match', to: 'amount', value: { source: 'EMPLOYER' } },
      ],
      decimal: ',',
      date_format: 'MM/YYYY',
      skip_lines: 1,
    });
    expect(body.version, text).toBe(1);
    const content = [
      'Payroll of January',
      'Emp;Dept;Plan;Pay month;Deferral;Match',
      'e-1;7;K;01/2026;1.100,50;50,25',
      'e-2;7;K;01/2026;10;0,00',
      'e-3;7;K;01/2026;;5',
      'e-4;7;X;01/2026;1;1',
      'e-4;7;K;13/2026;1;',
      'e-4;7;K;2026-01;1;',
      'e-4;7;K;01/2026;1.5;-1',
      '',
    ].join('\n');
    const credential = await dropCredentialOf(database.admin, globex);
    const key = `drop/${globex.slug}/contributions/payroll.system-1/january.csv`;
    await processUpload(await storeFile(aws, key, content, credential), {
      requestId: 'worker',
      isFinal: () => false,
    });
    const upload = await uploadOf(key);
    expect(upload).toMatchObject({ state: 'COMPLETED', rows: 11, accepted: 4, rejected: 6, ignored: 1 });
    expect(upload.errors.map(({ line, column, code }: Row) => [line, column, code])).toEqual([
      [6, 'plan_type', 'unknown-value'],
      [6, 'plan_type', 'unknown-value'],
      [7, 'period', 'invalid-period'],
      [8, 'period', 'invalid-period'],
      [9, 'amount', 'invalid-number'],
      [9, 'amount', 'negative'],
    ]);
    expect(await balances()).toEqual([115_075n, 1_000n, 500n, 0n, 0n]);
    const form = `--b\r\ncontent-disposition: form-data; name="mapping"\r\n\r\n${body.id}\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${content}\r\n--b--\r\n`;
    const sent = await call(createUploadHandler, createContributionUpload, {
      as: globex.as('OPS'),
      body: Buffer.from(form),
      headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
    });
    expect(sent, 'the same file').toMatchObject({ status: 200, body: { id: upload.id, mapping: body.id } });
  });

  test('has dollar signs before its amounts, which are of no plan in another currency', async () => {
    await sponsorWithPlans();
    const order = { employee_id: 'e-eur', plan_type: '401K', enrolled_on: '2025-01-01' };
    const euros = await enroll(globex, { ...order, currency: 'EUR' });
    expect(euros.status, euros.text).toBe(201);
    const { body } = await new UploadMappings(globex.as('OPS')).create({
      name: 'payroll.dollars',
      kind: 'contributions',
      columns: [
        { from: 'Emp', to: 'employee_id' },
        { from: 'Pay Date', to: 'period' },
        { from: 'Pre-tax', to: 'amount', value: { source: 'EMPLOYEE', plan_type: '401K' } },
        { from: 'Roth', to: 'amount', value: { source: 'ROTH', plan_type: '401K' } },
      ],
      decimal: '.',
      date_format: 'MM/DD/YYYY',
    });
    expect(body.version).toBe(1);
    const content = [
      'Emp,Pay Date,Pre-tax,Roth',
      'e-1,01/30/2026,"$1,234.00",$0.00',
      'e-2,01/30/2026,$ 5.50,7',
      'e-3,01/30/2026,-$1.00,$$1',
      'e-4,01/30/2026,"$1,23",€5',
      'e-eur,01/30/2026,$5.00,5.00',
      'e-1,01/15/2026, $ -   ,$-',
      '',
    ].join('\n');
    const key = `drop/${globex.slug}/contributions/payroll.dollars/january.csv`;
    const credential = await dropCredentialOf(database.admin, globex);
    const stored = await storeFile(aws, key, content, credential);
    await processUpload(stored, { requestId: 'worker', isFinal: () => false });
    const upload = await uploadOf(key);
    expect(upload).toMatchObject({ state: 'COMPLETED', rows: 12, accepted: 4, rejected: 5, ignored: 3 });
    expect(upload.errors.map(({ line, column, code }: Row) => [line, column, code])).toEqual([
      [4, 'amount', 'negative'],
      [4, 'amount', 'invalid-number'],
      [5, 'amount', 'invalid-number'],
      [5, 'amount', 'invalid-number'],
      [6, 'currency', 'currency-mismatch'],
    ]);
  });

  test.each<[Record<string, string>, RegExp | null]>([
    [{ expected_rows: '4', expected_total: '111.5', encoding: 'Windows-1252' }, null],
    [{ expected_total: '111.500' }, null],
    [
      { expected_total: '111.51' },
      /^control-totals: The amounts of the file come to 111.5, and 111.51 were expected/,
    ],
    [{ expected_rows: '3' }, /^control-totals: The file has 4 rows, and 3 were expected/],
  ])('has the control totals %j, of all of its rows', async (totals, failure) => {
    await sponsorWithPlans();
    const files = new RegisterFiles(aws, globex.as('OPS'), 'payroll');
    const rows = [
      'e-1,401K,100,2026-01,',
      'e-2,401K,16.50,2026-01,',
      'e-3,401K,-5,2026-01,',
      'e-4,401K,0,2026-01,',
    ];
    const { expected_rows, ...others } = totals;
    const query = expected_rows === undefined ? {} : { expected_rows };
    const { body } = await files.load(csv(...rows), query, 'payroll.csv', others);
    expect(body).toMatchObject(
      failure === null
        ? { state: 'COMPLETED', recorded: 2, rejected: 1, ignored: 1 }
        : { state: 'FAILED', recorded: null, failure: expect.stringMatching(failure) },
    );
    expect((await balances()).slice(0, 2)).toEqual(failure === null ? [10_000n, 1_650n] : [0n, 0n]);
  });

  test('says which rows it has recorded, which were recorded before, and which ask for nothing', async () => {
    await sponsorWithPlans();
    const first = await drop(csv('e-1,401K,100,2026-01,', 'e-2,401K,0.00,2026-01,', 'e-9,401K,1,2026-01,'));
    expect(first).toMatchObject({ rows: 3, accepted: 1, unchanged: 0, ignored: 1, rejected: 1 });
    const answer = (row: Row) => {
      const { accepted, recorded, unchanged, ignored, rejected } = toUpload(row as UploadRecord);
      return { accepted, recorded, unchanged, ignored, rejected };
    };
    const second = await drop(
      csv(
        'e-1,401K,100.00,2026-01-31,',
        'e-2,401K,5,2026-01,',
        'e-3,401K,0,2026-01,',
        'e-4,401K,-0,2026-01,',
      ),
    );
    const counts = { accepted: 2, recorded: 1, unchanged: 1, ignored: 2, rejected: 0 };
    expect(answer(second)).toEqual(counts);
    expect(answer(await drop(csv('e-5,401K,0,2026-01,')))).toEqual({
      accepted: 0,
      recorded: 0,
      unchanged: 0,
      ignored: 1,
      rejected: 0,
    });
    expect((await balances()).slice(0, 3)).toEqual([10_000n, 500n, 0n]);
  });

  test('as JSON and NDJSON, with exact numbers', async () => {
    await sponsorWithPlans();
    const json = await drop(
      '[{"employee_id":"e-1","plan_type":"401K","amount":0.10,"period":"2026-01"}]',
      'json',
    );
    expect(json).toMatchObject({ state: 'COMPLETED', accepted: 1 });
    const ndjson = await drop(
      '{"employee_id":"e-2","plan_type":"401K","amount":"12.30","period":"2026-01","source":"EMPLOYER","currency":"USD"}\n' +
        '{"employee_id":"e-3","plan_type":"401K","amount":1,"period":"2026-01","currency":"EUR"}\n',
      'ndjson',
    );
    expect(ndjson).toMatchObject({
      accepted: 1,
      errors: [{ line: 2, column: 'currency', code: 'currency-mismatch' }],
    });
    expect((await balances()).slice(0, 3)).toEqual([10n, 1_230n, 0n]);
  });

  test('enters a period once, whichever files it is in, until it is reversed', async () => {
    const plans = await sponsorWithPlans();
    await drop(csv('e-1,401K,100,2026-01,', 'e-2,401K,100,2026-01,'));
    const repeated = await drop(
      csv('e-1,401K,100.00,2026-01,', 'e-2,401K,90,2026-01,', 'e-3,401K,5,2026-01,'),
    );
    expect(repeated).toMatchObject({
      accepted: 2,
      errors: [{ line: 3, column: 'period', code: 'period-recorded' }],
    });
    expect((await balances()).slice(0, 3)).toEqual([10_000n, 10_000n, 500n]);
    const id = plans.get('e-2') ?? '';
    const { rows } = await database.admin.query('select id from contributions where plan_id = $1', [id]);
    const reversed = await call(reverseHandler, reverseContribution, {
      as: globex.as('ADMIN'),
      params: { id, contribution_id: rows[0].id },
    });
    expect(reversed.status).toBe(201);
    expect(await drop(csv('e-2,401K,90,2026-01,'))).toMatchObject({ accepted: 1, rejected: 0 });
    expect((await balances()).slice(0, 3)).toEqual([10_000n, 9_000n, 500n]);
    expect(await drop(csv('e-2,401K,80,2026-01,'))).toMatchObject({ accepted: 0, rejected: 1 });
  });

  test('a month is its last day, and a run of its own is another payment of that day', async () => {
    await sponsorWithPlans();
    const header = 'employee_id,plan_type,amount,period,source,run_id';
    const load = async (...rows: string[]) => {
      const { accepted, rejected, errors } = await drop(`${[header, ...rows].join('\n')}\n`);
      return { accepted, rejected, codes: errors.map(({ code }: Row) => code) };
    };
    const none = { rejected: 0, codes: [] };
    expect(await load('e-1,401K,100,2026-01,,')).toEqual({ accepted: 1, ...none });
    expect((await balances())[0]).toBe(10_000n);
    // The same payment, however its day is written.
    expect(await load('e-1,401K,100,2026-01-31,EMPLOYEE,')).toEqual({ accepted: 1, ...none });
    expect(await load('e-1,401K,250,2026-01-31,,')).toMatchObject({ codes: ['period-recorded'] });
    expect(await load('e-1,401K,1,2026-01,,', 'e-1,401K,1,2026-01-31,,')).toMatchObject({
      codes: ['period-recorded', 'duplicate-period'],
    });
    expect((await balances())[0]).toBe(10_000n);
    // A bonus on the same day, of another amount and of the same one.
    expect(await load('e-1,401K,250,2026-01-31,,bonus', 'e-1,401K,100,2026-01,,BONUS-2')).toEqual({
      accepted: 2,
      ...none,
    });
    expect((await balances())[0]).toBe(45_000n);
    expect(await load('e-1,401K,250,2026-01,,bonus')).toEqual({ accepted: 1, ...none });
    expect((await balances())[0]).toBe(45_000n);
    // Identifiers are trimmed and of one form; what can't be seen is refused.
    expect(await load('e-1,401K,250,2026-01, , bonus ')).toEqual({ accepted: 1, ...none });
    expect(await load('e-1,401K,250,2026-01,,bo\u200bnus')).toMatchObject({ accepted: 0, rejected: 1 });
    expect(await load(`e-1,401K,250,2026-01,,${'b'.repeat(51)}`)).toMatchObject({ codes: ['too-long'] });
    expect((await balances())[0]).toBe(45_000n);
  });

  test('within the limits of the year: what fits is taken, in the order of the file', async () => {
    await sponsorWithPlans();
    await database.admin.query(
      `update participants set date_of_birth = '1970-01-01' where tenant_id = $1 and employee_id = 'e-2'`,
      [globex.id],
    );
    const upload = await drop(
      csv(
        'e-1,401K,20000,2026-01,',
        'e-1,401K,5000,2026-02,',
        'e-1,401K,4500,2026-03,',
        'e-1,401K,0.01,2026-04,',
        'e-1,401K,47500,2026-04,EMPLOYER',
        'e-1,401K,0.01,2026-05,EMPLOYER',
        'e-2,401K,32500,2026-01,',
        'e-2,401K,0.01,2026-02,',
        'e-1,401K,23500,2025-12,',
      ),
    );
    expect(upload.errors.map(({ line }: Row) => line)).toEqual([3, 5, 7, 9]);
    expect((await balances()).slice(0, 2)).toEqual([9_550_000n, 3_250_000n]);
  });

  test('through the API; of issuers and readers it takes none', async () => {
    await sponsorWithPlans();
    const content = csv('e-1,401K,12,2026-01,');
    const form = Buffer.from(
      `--b\r\ncontent-disposition: form-data; name="file"; filename="p.csv"\r\n\r\n${content}\r\n--b--\r\n`,
    );
    const send = (as = globex.as('OPS')) =>
      call(createUploadHandler, createContributionUpload, {
        as,
        body: form,
        headers: { 'Content-Type': 'multipart/form-data; boundary=b', 'Idempotency-Key': randomUUID() },
      });
    const { status, body } = await send();
    expect([status, body.kind]).toEqual([202, 'contributions']);
    const key = `incoming/${globex.id}/${body.id}`;
    await processUpload(storedFile(aws, key), { requestId: 'worker', isFinal: () => false });
    expect(await uploadOf(key)).toMatchObject({ state: 'COMPLETED', accepted: 1 });
    expect((await send()).status).toBe(200);
    expect((await send(globex.as('COMPLIANCE'))).status).toBe(403);
    const acme = await insertTestTenant(database.admin, 'ISSUER');
    expect((await send(acme.as('ADMIN'))).status).toBe(403);
    expect(await drop(content, 'csv', acme)).toMatchObject({
      state: 'FAILED',
      failure: expect.stringContaining('wrong-tenant'),
    });
  });

  test('delivered again, by a worker that was killed, or at the same time as single posts: nothing lost, nothing doubled', async () => {
    const plans = await sponsorWithPlans();
    const rows = [...plans.keys()].flatMap((employee) =>
      ['2026-01', '2026-02', '2026-03'].map((period) => `${employee},401K,10,${period},`),
    );
    const key = `drop/${globex.slug}/contributions/killed.csv`;
    const file = await storeFile(aws, key, csv(...rows), await dropCredentialOf(database.admin, globex));
    for (const killAfterMs of [1, 40, 80]) await processInChild(file, { killAfterMs });
    const singles = [...plans.values()].map((id) => contribute(globex, id, { amount: '1' }));
    const about = { requestId: 'worker', isFinal: () => false };
    await Promise.all([processUpload(file, about), ...singles]);
    await processUpload(file, about);
    expect(await uploadOf(key)).toMatchObject({ state: 'COMPLETED', rows: 15, accepted: 15 });
    expect((await Promise.all(singles)).map(({ status }) => status)).toEqual(Array(5).fill(201));
    expect(await balances()).toEqual(Array(5).fill(3_100n));
  });

  test('two files for the same periods at once: each period is entered once', async () => {
    await sponsorWithPlans();
    const rows = ['e-1', 'e-2', 'e-3', 'e-4', 'e-5'].map((employee) => `${employee},401K,10,2026-01,`);
    const [first, second] = await Promise.all([drop(csv(...rows)), drop(csv(...rows.toReversed()))]);
    for (const upload of [first, second]) expect(upload).toMatchObject({ state: 'COMPLETED', accepted: 5 });
    expect(await balances()).toEqual(Array(5).fill(1_000n));
  });
});
