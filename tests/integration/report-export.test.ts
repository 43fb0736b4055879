import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as updateHandler } from '#functions/identity/update-user.ts';
import { handler as createHandler } from '#functions/reporting/create-report-export.ts';
import { handler as accessHandler } from '#functions/reporting/get-access-report.ts';
import { handler as planStatementHandler } from '#functions/reporting/get-plan-statement.ts';
import { handler as getHandler } from '#functions/reporting/get-report-export.ts';
import { handler as statementHandler } from '#functions/reporting/get-shareholder-statement.ts';
import { handler as transactions } from '#functions/reporting/get-transactions-report.ts';
import { handler as worker } from '#functions/workers/write-report-export.ts';
import { updateUser } from '#identity/users/users.routes.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { createReportExport, getReportExport } from '#reporting/exports/exports.routes.ts';
import { getAccessReport } from '#reporting/reports/access-report.routes.ts';
import { getTransactionsReport } from '#reporting/reports/ledger-reports.routes.ts';
import { getShareholderStatement } from '#reporting/reports/ownership.routes.ts';
import { getPlanStatement } from '#reporting/reports/plan-statement.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { day } from '#tests/support/dividends.ts';
import type { Json } from '#tests/support/json.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import { drain, recordOf } from '#tests/support/queue-driver.ts';
import { Register } from '#tests/support/register.ts';
import { call, type TestResponse, testContext } from '#tests/support/request.ts';
import { callersExist, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

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

test('an API key that names operations needs the report’s own for its file', async () => {
  const as = (...routes: string[]) => ({
    ...issuer.as('DIRECTORY'),
    actorRole: 'OPS' as const,
    key: { routes, networks: undefined },
  });
  await callersExist();
  await database.admin.query(`set session_replication_role = replica;
    update api_keys set role = 'OPS' where tenant_id = '${issuer.id}'; set session_replication_role = origin`);
  const body = { report: 'transactions' };
  const key = as('createReportExport', 'getReportExport', 'getHoldingsReport');
  const refused = await call(createHandler, createReportExport, { as: key, body });
  expect([refused.status, refused.body.detail]).toEqual([
    403,
    'The API key may not call getTransactionsReport.',
  ]);
  const holdings = await call(createHandler, createReportExport, { as: key, body: { report: 'holdings' } });
  expect(holdings.status, holdings.text).toBe(202);
  const { id } = (await order(body)).body;
  expect((await call(getHandler, getReportExport, { as: key, params: { id } })).status).toBe(403);
  const both = as('createReportExport', 'getReportExport', 'getTransactionsReport');
  expect((await call(getHandler, getReportExport, { as: both, params: { id } })).status).toBe(200);
  expect((await call(createHandler, createReportExport, { as: both, body })).status).toBe(202);
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
    /^shareholder_id,external_ref,name,holdings,security_class,.*\r\n[^,]+,A,'@SUM\(1\),3,COMMON,.*,7\r\n[^,]+,B,Ada Holder,4,COMMON,.*,7\r\n$/,
  );
  const none = await exported({ report: 'vesting', parameters: { period: '2026' } }, sponsor);
  expect(none).toMatchObject({ state: 'DONE', rows: 0 });
  expect((await download(none.url)).text).toMatch(/^plan_id,.*\r\n$/);
  expect(await exported({ report: '1099-div', parameters: { year: '2026' } })).toMatchObject({ rows: 0 });
  expect(await exported({ report: 'contributions' }, sponsor)).toMatchObject({ rows: 0 });
});

test('the statement of a plan is a file, and a PDF', async () => {
  const order = { employee_id: 'E-Ž', enrolled_on: day(-30) };
  const { body: plan } = await enroll(sponsor, { ...order, plan_type: '401K' });
  for (const amount of ['125.50', '10.00'])
    expect((await contribute(sponsor, plan.id, { amount, effective_date: day(-2) })).status).toBe(201);
  const parameters = { id: plan.id, from: day(-9), to: day(0) };
  const { body: shown } = await call(planStatementHandler, getPlanStatement, {
    ...{ as: sponsor.as('OPS'), params: { id: plan.id }, query: { from: day(-9), to: day(0) } },
  });
  const table = await exported({ report: 'plan-statement', parameters }, sponsor);
  expect(table).toMatchObject({ state: 'DONE', rows: 2 });
  expect((await download(table.url)).text).toContain(
    `,CONTRIBUTION,EMPLOYEE,,125.50,125.50,${shown.data[0].reference},`,
  );
  const done = await exported({ report: 'plan-statement', format: 'pdf', parameters }, sponsor);
  expect(done, JSON.stringify(done)).toMatchObject({ state: 'DONE', failure: null, rows: 2 });
  const bytes = new Uint8Array(await (await fetch(done.url)).arrayBuffer());
  const again = await exported({ report: 'plan-statement', format: 'pdf', parameters }, sponsor);
  expect(new Uint8Array(await (await fetch(again.url)).arrayBuffer())).toEqual(bytes);
  const { text } = await extractText(await getDocumentProxy(bytes));
  const written = text.join('\n').normalize('NFC');
  for (const part of [
    ...['401K (E-Ž)', `${day(-9)} to ${day(0)}`, 'Balance, USD', 'Vested, USD', '135.50'],
    ...shown.data.flatMap((line: Json) => [line.amount, line.balance, line.reference.slice(0, 13)]),
  ])
    expect(written).toContain(part);
  const foreign = await call(createHandler, createReportExport, {
    ...{ as: issuer.as('OPS'), body: { report: 'plan-statement', parameters } },
  });
  expect(foreign.status).toBe(422);
});

describe('the statement of a holder as a file', () => {
  const NAMES = [
    'Žofia Łukasiewicz',
    'José Ægir Þór',
    'Νίκος Ελευθερίου',
    'Дмитро Ґалаґан',
    'Nguyễn Thị Ánh',
  ];
  let ops: Register;

  beforeAll(() => {
    ops = new Register(issuer.as('OPS'));
  });

  async function pdf(id: string, parameters: Json = {}) {
    const done = await exported({ report: 'statement', format: 'pdf', parameters: { id, ...parameters } });
    expect(done, JSON.stringify(done)).toMatchObject({ state: 'DONE', failure: null });
    const answer = await fetch(done.url);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const open = () => getDocumentProxy(new Uint8Array(bytes));
    const { text: pages } = await extractText(await open());
    return { done, answer, bytes, pages, meta: await getMeta(await open()) };
  }

  const json = (id: string, query: Record<string, string>) =>
    call(statementHandler, getShareholderStatement, { as: issuer.as('OPS'), params: { id }, query });

  async function entries(id: string, count: number): Promise<void> {
    const client = await database.admin.connect();
    try {
      await client.query(`begin; set local session_replication_role = replica`);
      await client.query(
        `insert into position_entries (tenant_id, shareholder_id, security_class, delta, effective_date, recorded_at, reason, source)
         select $1, $2, 'COMMON', case when n % 2 = 0 then -n + 1 else n end, $4::date, timestamptz '2020-01-01' + n * interval '1 second', 'entry ' || n, 'upload:' || n
         from generate_series(1, $3::integer) n`,
        [issuer.id, id, count, day(-2)],
      );
      await client.query('commit');
    } finally {
      client.release();
    }
  }

  test('is a PDF that says what the answer says, with the letters of every name, and has the same bytes each time', async () => {
    const parameters = { from: day(-9), to: day(0) };
    for (const [at, name] of NAMES.entries()) {
      const { id, external_ref } = await ops.holder(`${at + 1}.25`, {
        name,
        external_ref: `F-${at}`,
        reason: `${name}: 王 שלום`,
      });
      const { done, answer, bytes, pages, meta } = await pdf(id, parameters);
      expect(done).toMatchObject({ format: 'pdf', rows: 1, parameters: { id, ...parameters } });
      expect(answer.headers.get('content-type')).toBe('application/pdf');
      expect(answer.headers.get('content-disposition')).toContain(`statement-${day(0)}.pdf`);
      const text = pages.join('\n').normalize('NFC');
      const { rows } = await database.admin.query('select name from tenants where id = $1', [issuer.id]);
      const shown = (await json(id, parameters)).body;
      const [line] = shown.data;
      expect(shown.data).toHaveLength(1);
      for (const part of [
        ...[rows[0].name, `${name} (${external_ref})`, `${day(-9)} to ${day(0)}`, 'page 1 of 1'],
        ...[
          'Position set',
          line.day,
          line.security_class,
          line.quantity,
          line.balance,
          shown.positions[0].closing,
        ],
        // No font has them all; what is lacking is written, and said.
        ...['[U+738B]', 'by their number in Unicode'],
      ])
        expect(text).toContain(part);
      expect(text).not.toMatch(/[\u05d0-\u05ea]|\ufffd/u);
      expect(meta.info).toMatchObject({
        Title: `Statement of ${external_ref}, ${day(-9)} to ${day(0)}`,
        CreationDate: `D:${day(0).replaceAll('-', '')}000000Z`,
      });
      const again = await pdf(id, parameters);
      expect(again.done.id).not.toBe(done.id);
      expect(again.bytes.equals(bytes)).toBe(true);
    }
  });

  test('has a header and a number on each of its pages, and every line', async () => {
    const { id } = await ops.holder('1');
    await entries(id, 301);
    const { pages, done } = await pdf(id);
    expect(done.rows).toBe(302);
    expect(pages.length).toBeGreaterThan(5);
    pages.forEach((text, at) => {
      expect(text).toContain('Quantity');
      expect(text).toContain(`page ${at + 1} of ${pages.length}`);
    });
    const notes = pages.flatMap((text) => [...text.matchAll(/entry (\d+)/g)].map(([, n]) => Number(n)));
    expect(notes).toEqual(Array.from({ length: 301 }, (_, n) => n + 1));
    expect(pages.join()).not.toContain('U+');
  });

  test('is a table of any length, and a PDF of five thousand lines', async () => {
    const { id } = await ops.holder('1');
    await entries(id, 4_999);
    const { done, pages } = await pdf(id);
    expect(done.rows).toBe(5_000);
    expect(pages.at(-1)).toContain(`page ${pages.length} of ${pages.length}`);
    await database.admin.query(
      `insert into position_entries (tenant_id, shareholder_id, security_class, delta, effective_date, recorded_at, reason, source)
       values ($1, $2, 'COMMON', 1, $3, now(), 'one more', 'upload:x')`,
      [issuer.id, id, day(-1)],
    );
    const body = { report: 'statement', parameters: { id } };
    const refused = await order({ ...body, format: 'pdf' });
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([{ pointer: '/format', code: 'too-many-lines' }]);
    expect((await exported({ ...body, format: 'csv' })).rows).toBe(5_001);
    const fewer = await order({ report: 'statement', format: 'pdf', parameters: { id, from: day(-1) } });
    expect(fewer.status, fewer.text).toBe(202);
  });

  test('is of one’s own holders, and of no other report', async () => {
    const other = await insertTestTenant(database.admin, 'ISSUER');
    const theirs = await new Register(other.as('OPS')).holder('1');
    for (const format of ['pdf', 'csv']) {
      const ask = (id: string, tenant = issuer) =>
        order({ report: 'statement', format, parameters: { id } }, tenant);
      expect((await ask(theirs.id)).status).toBe(404);
      expect((await ask(uuidV7())).status).toBe(404);
      expect((await ask('x')).status).toBe(422);
      expect((await ask(theirs.id, sponsor)).status).toBe(422);
    }
    const none = await order({ report: 'transactions', format: 'pdf' });
    expect([none.status, none.body.errors]).toMatchObject([422, [{ pointer: '/format', code: 'no-pdf' }]]);
    const long = await order(
      { report: 'statement', format: 'pdf', parameters: { id: theirs.id, from: '1976-01-01' } },
      other,
    );
    expect(long.body.errors).toMatchObject([{ pointer: '/parameters/from', code: 'range-too-long' }]);
  });
});

describe('who may do what', () => {
  let acme: TestTenant;
  const report = (query: Record<string, string> = {}) =>
    call(accessHandler, getAccessReport, { as: acme.as('COMPLIANCE'), query });
  const of = async (id: string | null) =>
    (await report({ limit: '200' })).body.data.find((row: Json) => row.id === id);
  const insert = async (text: string, values: unknown[]) => {
    const client = await database.admin.connect();
    try {
      await client.query('begin');
      // Nobody has approved these rows, which guards would ask for.
      await client.query('set local session_replication_role = replica');
      await client.query(text, values);
      await client.query('commit');
    } finally {
      client.release();
    }
  };
  const user = async (role: string, more: Json = {}): Promise<string> => {
    const id = uuidV7();
    const { made_by = acme.as('ADMIN').actorId, confirmed_by = null, status = 'ACTIVE' } = more;
    await insert(
      `insert into users (tenant_id, id, email, role, status, password_hash, made_by, confirmed_by)
       values ($1, $2, $3, $4, $5, 'none', $6, $7)`,
      [acme.id, id, `${id}@acme.example`, role, status, made_by, confirmed_by],
    );
    return id;
  };
  const keyOf = async (role: string, madeBy: string, more: Json = {}): Promise<string> => {
    const id = uuidV7();
    const { status = 'ACTIVE', expires = '1 day' } = more;
    await insert(
      `insert into api_keys (tenant_id, id, name, role, status, routes, made_by, confirmed_by, expires_at, last_used_at, last_used_from)
       values ($1, $2::uuid, $2::uuid::text, $3, $4, '{listPlans,getPlan}', $5, $6, now() + $7::interval, now(), '192.0.2.9')`,
      [acme.id, id, role, status, madeBy, acme.as('COMPLIANCE').actorId, expires],
    );
    return id;
  };

  beforeAll(async () => {
    acme = await insertTestTenant(database.admin, 'ISSUER');
  });

  test('names how each person came in, who made and approved them, and when they were here last', async () => {
    const ways: [string, string][] = [
      ['ADMIN', await user('OPS', { confirmed_by: acme.as('COMPLIANCE').actorId })],
    ];
    const directory = await keyOf('DIRECTORY', String(acme.as('ADMIN').actorId));
    ways.push(['DIRECTORY', await user('EMPLOYEE', { made_by: directory })]);
    const connection = uuidV7();
    await insert(
      `insert into connections (tenant_id, id, kind, name, issuer, client_id, client_authentication, credential_sealed, scopes, subject_claim, role_map)
       values ($1, $2, 'OIDC', 'IdP', 'https://idp.example', 'c', 'SECRET', 'x', '{openid}', 'sub', '[]')`,
      [acme.id, connection],
    );
    ways.push(['CLAIM_MAP', await user('EMPLOYEE', { made_by: connection })]);
    const invited = await user('OPS', { status: 'INVITED' });
    await insert(
      `insert into sign_in_links (tenant_id, user_id, purpose, token_sha256, expires_at) values ($1, $2, 'INVITATION', sha256('x'), now())`,
      [acme.id, invited],
    );
    ways.push(['INVITATION', invited], ['OPERATOR', String(acme.as('ADMIN').actorId)]);
    for (const [way, id] of ways) expect(await of(id)).toMatchObject({ kind: 'USER', granted_by: way });
    expect(await of(ways[0]?.[1] ?? '')).toMatchObject({
      made_by: acme.as('ADMIN').actorId,
      approved_by: acme.as('COMPLIANCE').actorId,
      last_used_at: null,
    });
    const { last_used_at } = await of(acme.as('COMPLIANCE').actorId);
    expect(Date.now() - Date.parse(last_used_at)).toBeLessThan(600_000);
  });

  test('names the conflicts of roles, and of programs with the person behind them; what has ended has none', async () => {
    expect((await of(acme.as('ADMIN').actorId)).conflicts).toContain('payment ');
    expect((await of(acme.as('OPS').actorId)).conflicts).toBe('');
    const admin = String(acme.as('ADMIN').actorId);
    const live = await of(await keyOf('OPS', admin));
    expect(live).toMatchObject({
      ...{ kind: 'API_KEY', routes: 'listPlans getPlan', last_used_from: '192.0.2.9', status: 'ACTIVE' },
      conflicts: expect.stringContaining('payment'),
    });
    expect((await of(await keyOf('OPS', String(acme.as('OPS').actorId)))).conflicts).toBe('');
    for (const [more, status] of [
      [{ status: 'REVOKED' }, 'REVOKED'],
      [{ expires: '-1 day' }, 'EXPIRED'],
    ] as const)
      expect(await of(await keyOf('OPS', admin, more))).toMatchObject({ status, conflicts: '' });
    expect(await of(await user('ADMIN', { status: 'DISABLED' }))).toMatchObject({ conflicts: '' });
    const drop = uuidV7();
    await insert(
      `insert into drop_credentials (tenant_id, id, name, folder, owner_id, slot, expires_at) values ($1, $2, 'payroll', 'acme', $3, 1, now())`,
      [acme.id, drop, admin],
    );
    expect(await of(drop)).toMatchObject({
      kind: 'DROP_CREDENTIAL',
      conflicts: 'dropped-file tax-certification-file bank-account-file',
      made_by: admin,
    });
  });

  test('knows the roles that somebody had before, and what they have proposed in them', async () => {
    const id = await user('OPS');
    await insert(
      `insert into change_requests (tenant_id, kind, subject_type, subject_id, after, proposal, requested_by, request_id)
       values ($1, 'payment', 'transactions', $2::uuid::text, '{}', '{}', $2::uuid, 'r')`,
      [acme.id, id],
    );
    expect(await of(id)).toMatchObject({ past_roles: '', conflicts_over_time: '', undecided: '' });
    const body = { role: 'EMPLOYEE' };
    const headers = { 'If-Match': '"1"' };
    const changed = await call(updateHandler, updateUser, {
      as: acme.as('ADMIN'),
      params: { id },
      body,
      headers,
    });
    expect(changed.status, changed.text).toBe(200);
    expect(await of(id)).toMatchObject({ role: 'EMPLOYEE', past_roles: 'OPS', conflicts_over_time: '' });
    await insert(`update users set role = 'COMPLIANCE' where id = $1`, [id]);
    const now = await of(id);
    expect(now).toMatchObject({ role: 'COMPLIANCE', past_roles: 'OPS', undecided: 'payment' });
    expect(now.conflicts_over_time.split(' ')).toEqual(expect.arrayContaining(['payment', 'dividend']));
    expect(Date.parse(now.granted_at)).toBeGreaterThan(Date.now() - 600_000);
  });

  test('pages are joined without a gap, as JSON and as CSV, and OPS reads none', async () => {
    const all = (await report({ limit: '200' })).body;
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await report({ limit: '3', ...(cursor === '' ? {} : { cursor }) });
      ids.push(...body.data.map((row: Json) => row.id));
      cursor = body.next_cursor;
    }
    expect(ids).toEqual(all.data.map((row: Json) => row.id));
    const as = acme.as('ADMIN');
    const csv = await call(accessHandler, getAccessReport, { as, headers: { Accept: 'text/csv' } });
    expect(csv.text.trimEnd().split('\r\n')).toHaveLength(ids.length + 1);
    expect((await call(accessHandler, getAccessReport, { as: acme.as('OPS') })).status).toBe(403);
  });
});

test('who may do what is exported by those who may read it, and its file is nobody else’s', async () => {
  const { id, url, rows } = await exported({ report: 'access' });
  expect(rows).toBeGreaterThan(4);
  expect((await download(url)).text).toMatch(/^kind,id,name,role,status,.*\r\nUSER,/);
  const as = issuer.as('OPS');
  const ordered = await call(createHandler, createReportExport, { as, body: { report: 'access' } });
  expect([ordered.status, (await call(getHandler, getReportExport, { as, params: { id } })).status]).toEqual([
    403, 403,
  ]);
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
