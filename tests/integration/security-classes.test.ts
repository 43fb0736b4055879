import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as dividendHandler } from '#functions/reporting/get-dividend-report.ts';
import { handler as holdingsHandler } from '#functions/reporting/get-holdings-report.ts';
import { getDividendReport } from '#reporting/reports/ledger-reports.routes.ts';
import { getHoldingsReport } from '#reporting/reports/reports.routes.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, work } from '#tests/support/dividends.ts';
import { Meetings } from '#tests/support/proxy.ts';
import { brokenPositions, daysAgo, Register } from '#tests/support/register.ts';
import { RegisterFiles } from '#tests/support/register-files.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { UploadMappings } from '#tests/support/upload-mappings.ts';
import { CHANGES_HEADER, DELIVERY, dropFolder, storedFile } from '#tests/support/uploads.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let ops: Register;
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
  ops = new Register(acme.as('OPS'));
});

const problem = (status: number, slug: string) => ({
  status,
  body: { type: `/problems/${slug}` },
});
const SERIES_A = { code: 'SERIES-A', name: 'Series A', kind: 'PREFERRED' };
const files = () => new RegisterFiles(aws, acme.as('OPS'));
const load = (content: string, query = {}) => files().load(content, query);

/** Everybody's shares of each class. */
const positions = async (): Promise<string[]> => {
  const { rows } = await database.admin.query(
    `select h.external_ref || ' ' || e.security_class || ' ' || trim_scale(sum(e.delta)) as held
     from position_entries e join shareholders h on h.tenant_id = e.tenant_id and h.id = e.shareholder_id
     where e.tenant_id = $1 group by h.external_ref, e.security_class having sum(e.delta) <> 0 order by 1`,
    [acme.id],
  );
  return rows.map(({ held }) => held);
};

describe('classes', () => {
  test('are declared, listed by code, read and changed; COMMON is there, with what is issued', async () => {
    expect(await ops.class('COMMON')).toMatchObject({
      status: 200,
      body: { kind: 'COMMON', votes_per_share: '1', authorized: null, issued: '0', version: 1 },
    });
    const declared = await ops.declareClass({ ...SERIES_A, votes_per_share: '0.50', authorized: '1000.0' });
    expect(declared).toMatchObject({
      status: 201,
      body: { ...SERIES_A, votes_per_share: '0.5', authorized: '1000', issued: '0' },
    });
    await ops.holder('250.5', { security_class: 'SERIES-A' });
    expect((await ops.updateClass('SERIES-A', { name: 'Series A Preferred' })).body).toMatchObject({
      name: 'Series A Preferred',
      issued: '250.5',
      authorized: '1000',
      version: 2,
    });
    const first = (await ops.classes({ limit: '1' })).body;
    expect(first.data).toMatchObject([{ code: 'COMMON' }]);
    expect((await ops.classes({ cursor: first.next_cursor })).body).toMatchObject({
      data: [{ code: 'SERIES-A', issued: '250.5' }],
      next_cursor: null,
    });
  });

  test.each([
    [{ ...SERIES_A, code: 'COMMON' }, 409, 'security-class-exists'],
    [{ ...SERIES_A, code: 'series-a' }, 422, 'validation-failed'],
    [{ ...SERIES_A, code: 'A'.repeat(33) }, 422, 'validation-failed'],
    [{ ...SERIES_A, kind: 'DEBT' }, 422, 'validation-failed'],
    [{ ...SERIES_A, name: '' }, 422, 'validation-failed'],
    [{ ...SERIES_A, votes_per_share: '-1' }, 422, 'validation-failed'],
    [{ ...SERIES_A, authorized: '-1' }, 422, 'validation-failed'],
    [{ ...SERIES_A, issued: '1' }, 422, 'validation-failed'],
  ])('are refused: %j', async (body, status, slug) => {
    expect(await ops.declareClass(body)).toMatchObject(problem(status, slug));
  });

  test('are at most a hundred, in parallel too', async () => {
    await declareClasses(database.admin, acme, ...Array.from({ length: 97 }, (_, i) => `C${i}`));
    const answers = await Promise.all(['X', 'Y', 'Z'].map((code) => ops.declareClass({ ...SERIES_A, code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409]);
    expect(answers.find(({ status }) => status === 409)).toMatchObject(
      problem(409, 'too-many-security-classes'),
    );
    expect(answers.find(({ status }) => status === 409)?.body.detail).toMatch(/at most 100/);
    const { body } = await files().load('external_ref,name,holdings,security_class\nA,Ann,1,COMON\n');
    expect(body.errors[0].message).toMatch(/; declared are C0, C1, .*, C2\d and 80 more\.$/);
  });

  test('are those of their tenant, and changed by the version that was read', async () => {
    await ops.declareClass(SERIES_A);
    const other = new Register((await insertTestTenant(database.admin, 'ISSUER')).as('OPS'));
    expect(await other.class('SERIES-A')).toMatchObject(problem(404, 'not-found'));
    expect(await other.updateClass('SERIES-A', { name: 'X' })).toMatchObject(problem(404, 'not-found'));
    expect(await ops.updateClass('SERIES-A', { name: 'X' }, 2)).toMatchObject(
      problem(412, 'precondition-failed'),
    );
    expect(await new Register(acme.as('COMPLIANCE')).declareClass(SERIES_A)).toMatchObject({ status: 403 });
  });
});

describe('a class that is not declared', () => {
  const TYPO = 'COMON';
  const ways: Record<string, () => Promise<TestResponse>> = {
    'a new holder': () =>
      ops.create({ external_ref: randomUUID(), name: 'A', holdings: '1', security_class: TYPO }),
    'holdings that are set': async () =>
      ops.update((await ops.holder('1')).id, { holdings: '2', security_class: TYPO }),
    'a transfer': async () =>
      ops.transfer({
        from_shareholder_id: (await ops.holder('1')).id,
        to_shareholder_id: (await ops.holder('1')).id,
        quantity: '1',
        effective_date: daysAgo(0),
        security_class: TYPO,
      }),
    'a dividend': () => new Dividends(acme.as('OPS')).schedule({ security_class: TYPO }),
    'a meeting': () => new Meetings(acme.as('OPS')).call({ security_class: TYPO }),
  };
  test.each(Object.keys(ways))('%s: is an error that names the declared ones', async (way) => {
    await ops.declareClass(SERIES_A);
    expect(await ways[way]?.()).toMatchObject({
      status: 422,
      body: {
        errors: [
          {
            pointer: '/security_class',
            code: 'unknown-security-class',
            message: 'COMON is not a declared class; declared are COMMON, SERIES-A',
          },
        ],
      },
    });
    expect((await ops.classes()).body.data.map(({ code }: { code: string }) => code)).toEqual([
      'COMMON',
      'SERIES-A',
    ]);
  });
});

describe('a holder of several classes', () => {
  test('is named with the class whose shares are set', async () => {
    await ops.declareClass(SERIES_A);
    const { id } = await ops.holder('300');
    await ops.update(id, { holdings: '300', security_class: 'SERIES-A' });
    const refused = await ops.update(id, { holdings: '300' });
    expect(refused).toMatchObject(problem(422, 'security-class-required'));
    expect(refused.body.detail).toContain('COMMON, SERIES-A');
    expect((await ops.update(id, { name: 'Bob' })).status).toBe(200);
    await ops.update(id, { holdings: '0', security_class: 'SERIES-A' });
    expect((await ops.update(id, { holdings: '299' })).body.holdings).toBe('299');
  });
});

describe('what is authorized', () => {
  beforeEach(() => ops.declareClass({ ...SERIES_A, authorized: '100' }));
  const ofA = { security_class: 'SERIES-A' };

  test('is never exceeded: by a new holder, by hand, or by requests in parallel', async () => {
    const { id } = await ops.holder('60', ofA);
    const more = await ops.create({ external_ref: randomUUID(), name: 'A', holdings: '40.00000001', ...ofA });
    expect(more).toMatchObject(problem(422, 'authorized-shares-exceeded'));
    expect(more.body.detail).toBe('100.00000001 shares of SERIES-A would be issued, and 100 are authorized.');
    expect(await ops.update(id, { holdings: '101', ...ofA })).toMatchObject(
      problem(422, 'authorized-shares-exceeded'),
    );
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        ops.create({ external_ref: randomUUID(), name: 'B', holdings: '10', ...ofA }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
    expect((await ops.class('SERIES-A')).body.issued).toBe('100');
    expect((await ops.holder('500')).id, 'another class').toBeDefined();
    expect((await ops.update(id, { holdings: '59', ...ofA })).status).toBe(200);
  });

  test('is never exceeded by a file, which fails with the figures', async () => {
    await new Register(acme.as('ADMIN')).updateClass('COMMON', { authorized: '10' });
    const upload = (await load('external_ref,name,holdings\nA,Ann,6\nB,Bob,5\n')).body;
    expect(upload).toMatchObject({
      state: 'FAILED',
      failure: 'authorized-shares-exceeded: 11 shares of COMMON would be issued, and 10 are authorized.',
    });
    expect((await ops.list()).body.data).toEqual([]);
  });

  test('can’t be set below what is issued; more waits for another person once shares are issued', async () => {
    expect(
      (await ops.updateClass('SERIES-A', { authorized: '200', votes_per_share: '2' })).status,
      'free',
    ).toBe(200);
    await ops.holder('150', ofA);
    const fewer = await ops.updateClass('SERIES-A', { authorized: '149.99999999' });
    expect(fewer).toMatchObject(problem(422, 'authorized-shares-exceeded'));
    expect((await ops.updateClass('SERIES-A', { authorized: '150', kind: 'OTHER', name: 'A' })).status).toBe(
      200,
    );
    for (const loosens of [{ authorized: '150.1' }, { authorized: null }, { votes_per_share: '1' }]) {
      const waits = await ops.updateClass('SERIES-A', loosens);
      expect(waits, JSON.stringify(loosens)).toMatchObject({ status: 202, body: { kind: 'security-class' } });
      await new Approvals(acme.as('ADMIN')).deny(waits.body.id);
    }
    const waits = await ops.updateClass('SERIES-A', { authorized: '160' });
    expect(waits.body).toMatchObject({ before: { authorized: '150' }, after: { authorized: '160' } });
    expect((await new Approvals(acme.as('ADMIN')).approve(waits.body.id)).status).toBe(200);
    expect((await ops.class('SERIES-A')).body).toMatchObject({ authorized: '160', votes_per_share: '2' });
  });

  test('and what is issued are both kept when they change at once', async () => {
    const [issued, limited] = await Promise.all([
      ops.create({ external_ref: randomUUID(), name: 'A', holdings: '90', ...ofA }),
      ops.updateClass('SERIES-A', { authorized: '50' }, 1),
    ]);
    expect([issued.status, limited.status].sort()).toEqual(issued.status === 201 ? [201, 422] : [200, 422]);
  });
});

describe('a file whose rows name classes', () => {
  const HEADER = 'external_ref,name,holdings,security_class\n';
  beforeEach(() => ops.declareClass(SERIES_A));

  test.each<[string, string, string]>([
    ['register.csv', `${HEADER}A,Ann,300,COMMON\nA,Ann,200,SERIES-A\nB,Bob,5,\n`, 'csv'],
    ['in another order', `${HEADER}B,Bob,5,\nA,Ann,200,SERIES-A\nA,Ann,300,COMMON\n`, 'csv'],
    [
      'as JSON',
      JSON.stringify([
        { external_ref: 'A', name: 'Ann', holdings: 300, security_class: ' COMMON ' },
        { external_ref: 'A', name: 'Ann', holdings: '200.0000000000', security_class: 'SERIES-A' },
        { external_ref: 'B', name: 'Bob', email: '', holdings: 5, security_class: '' },
      ]),
      'json',
    ],
    [
      'as NDJSON',
      [
        { external_ref: 'A', name: 'Ann', holdings: 300, security_class: 'COMMON' },
        { external_ref: 'A', name: 'Ann', holdings: 200, security_class: 'SERIES-A' },
        { external_ref: 'B', name: 'Bob', holdings: 5, security_class: null },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
      'ndjson',
    ],
  ])('%s: each holder has a position of each', async (_, content, format) => {
    const upload = await files().load(content, {}, `register.${format}`);
    expect(upload.body).toMatchObject({ state: 'COMPLETED', accepted: 3, rejected: 0 });
    expect(await positions()).toEqual(['A COMMON 300', 'A SERIES-A 200', 'B COMMON 5']);
    expect(await brokenPositions(database.admin)).toEqual([]);
    // The same positions again, in another file, change nothing.
    await load(`${HEADER}B,Bob,5.0,COMMON\nA,Ann,200,SERIES-A\nA,Ann,300,COMMON\n`);
    const { rows } = await database.admin.query('select 1 from position_entries where tenant_id = $1', [
      acme.id,
    ]);
    expect(rows).toHaveLength(3);
    await load(`${HEADER}A,Ann,150,SERIES-A\n`);
    expect(await positions()).toEqual(['A COMMON 300', 'A SERIES-A 150', 'B COMMON 5']);
    expect((await ops.list({ external_ref: 'A' })).body.data).toMatchObject([{ holdings: '450' }]);
  });

  test.each<[string, string, object]>([
    [
      'a class that is not declared',
      'A,Ann,1,COMON',
      { column: 'security_class', code: 'unknown-security-class' },
    ],
    ['a class in lower case', 'A,Ann,1,common', { column: 'security_class', code: 'unknown-security-class' }],
    ['a class that is none', `A,Ann,1,${'X'.repeat(33)}`, { column: 'security_class', code: 'too-long' }],
    ['a holder and class twice', 'A,Ann,1,COMMON\nA,Ann,2,', { line: 3, code: 'duplicate-external-ref' }],
    [
      'a holder with two names',
      'A,Ann,1,COMMON\nA,Anna,2,SERIES-A',
      { line: 3, column: 'name', code: 'conflicting-name' },
    ],
  ])('refuses %s, and lands the rest', async (_, row, error) => {
    const upload = (await load(`${HEADER}${row}\nB,Bob,7,SERIES-A\n`)).body;
    expect(upload).toMatchObject({ state: 'COMPLETED', rejected: 1, errors: [error] });
    expect(await positions()).toContain('B SERIES-A 7');
    if (row.endsWith('COMON'))
      expect(upload.errors[0].message).toBe(
        'security_class COMON is not a declared class; declared are COMMON, SERIES-A.',
      );
  });

  test('or doesn’t, of a holder who has several, sets nothing of that holder', async () => {
    await load(`${HEADER}A,Ann,300,COMMON\nA,Ann,300,SERIES-A\nB,Bob,9,SERIES-A\n`);
    for (const content of [
      'external_ref,name,holdings\nA,Ann,1\nB,Bob,2\n',
      `${HEADER}A,Ann,3,\nB,Bob,2,COMMON\n`,
    ]) {
      const upload = (await load(content)).body;
      expect(upload).toMatchObject({
        accepted: 1,
        errors: [{ line: 2, column: 'security_class', code: 'security-class-required' }],
      });
      expect(upload.errors[0].message).toContain('COMMON, SERIES-A');
    }
    expect(await positions()).toEqual(['A COMMON 300', 'A SERIES-A 300', 'B COMMON 2', 'B SERIES-A 9']);
  });

  test('moves no more of a class than its limit without a second person, who sees each', async () => {
    await load(`${HEADER}A,Ann,1000,COMMON\nA,Ann,100,SERIES-A\n`);
    await database.admin.query('delete from register_settings where tenant_id = $1', [acme.id]);
    const waits = (await load(`${HEADER}A,Ann,1001,COMMON\nA,Ann,120,SERIES-A\n`)).body;
    expect(waits).toMatchObject({
      state: 'AWAITING_APPROVAL',
      changes: {
        changed: 2,
        by_class: [
          { security_class: 'COMMON', before: '1000', after: '1001', moved: '1' },
          { security_class: 'SERIES-A', before: '100', after: '120', moved: '20' },
        ],
      },
    });
    const [request] = (await new Approvals(acme.as('ADMIN')).list({ state: 'PENDING' })).body.data;
    await new Approvals(acme.as('ADMIN')).approve(request.id);
    await files().process(waits.id);
    expect(await positions()).toEqual(['A COMMON 1001', 'A SERIES-A 120']);
  });

  test('can be corrected by its errors file', async () => {
    const upload = (await load(`${HEADER}A,Ann,1,SERIES-B\n`)).body;
    const errors = await (await fetch(upload.errors_url)).text();
    expect(errors.split('\r\n')[0]).toBe(
      'external_ref,name,email,holdings,security_class,effective_date,vestry_error_line,vestry_error_column,vestry_error_code,vestry_error_message,vestry_error_row',
    );
    expect((await load(errors.replaceAll('SERIES-B', 'SERIES-A'))).body).toMatchObject({
      accepted: 1,
      rejected: 0,
    });
    expect(await positions()).toEqual(['A SERIES-A 1']);
  });
});

describe('a register as at an earlier day', () => {
  const PLAIN = 'external_ref,name,holdings\n';
  const DATED = 'external_ref,name,holdings,effective_date\n';
  const at = async (as_of: string): Promise<Record<string, string>> => {
    const { body } = await call(holdingsHandler, getHoldingsReport, { as: acme.as('OPS'), query: { as_of } });
    return Object.fromEntries(
      body.data.map(({ external_ref, holdings }: Record<string, string>) => [external_ref, holdings]),
    );
  };
  const dated = (rows: [string, string][], day: string) =>
    `${DATED}${rows.map(([ref, shares]) => `${ref},Ann,${shares},${day}`).join('\n')}\n`;
  const plain = (rows: [string, string][]) =>
    `${PLAIN}${rows.map(([ref, shares]) => `${ref},Ann,${shares}`).join('\n')}\n`;

  test.each<[string, (rows: [string, string][], day: string) => Promise<TestResponse>]>([
    ['as_of in the query', (rows, day) => load(plain(rows), { as_of: day })],
    ['as_of in the form', (rows, day) => files().load(plain(rows), {}, 'r.csv', { as_of: day })],
    ['a column', (rows, day) => load(dated(rows, day))],
  ])('by %s, gives the shares of that day, and what came later stays', async (_, send) => {
    await load(
      plain([
        ['A', '100'],
        ['B', '10'],
      ]),
      { as_of: daysAgo(9) },
    );
    const [a] = (await ops.list({ external_ref: 'A' })).body.data;
    const [b] = (await ops.list({ external_ref: 'B' })).body.data;
    const order = {
      from_shareholder_id: a.id,
      to_shareholder_id: b.id,
      quantity: '30',
      effective_date: daysAgo(2),
    };
    expect((await ops.transfer(order)).status).toBe(201);
    const upload = await send(
      [
        ['A', '410'],
        ['C', '5'],
      ],
      daysAgo(6),
    );
    expect(upload.body).toMatchObject({ state: 'COMPLETED', accepted: 2, rejected: 0 });
    expect(await at(daysAgo(7))).toEqual({ A: '100', B: '10' });
    expect(await at(daysAgo(6))).toEqual({ A: '410', B: '10', C: '5' });
    expect(await at(daysAgo(0))).toEqual({ A: '380', B: '40', C: '5' });
    expect(await brokenPositions(database.admin)).toEqual([]);
  });

  test('takes no day between below zero, and says which', async () => {
    await load(plain([['A', '100']]), { as_of: daysAgo(9) });
    const [{ id }] = (await ops.list()).body.data;
    const to = await ops.holder('0');
    await ops.transfer({
      from_shareholder_id: id,
      to_shareholder_id: to.id,
      quantity: '60',
      effective_date: daysAgo(3),
    });
    for (const content of [plain([['A', '59.99999999']]), plain([['A', '0']])]) {
      const { body } = await load(content, { as_of: daysAgo(5) });
      expect(body).toMatchObject({
        state: 'COMPLETED',
        rejected: 1,
        errors: [{ line: 2, column: 'holdings', code: 'insufficient-position' }],
      });
      expect(body.errors[0].message).toContain(daysAgo(3));
    }
    expect((await load(plain([['A', '60']]), { as_of: daysAgo(5) })).body).toMatchObject({ accepted: 1 });
    expect((await at(daysAgo(0))).A).toBeUndefined();
  });

  test('is not of the future, nor of two days, nor of one that does not exist', async () => {
    for (const [query, pointer] of [
      [{ as_of: daysAgo(-1) }, '/as_of'],
      [{ as_of: '2026-02-30' }, '?as_of'],
    ] as const)
      expect(await files().send(plain([['A', '1']]), query)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
    const twice = await files().send(plain([['A', '1']]), { as_of: daysAgo(2) }, 'r.csv', {
      as_of: daysAgo(3),
    });
    expect(twice).toMatchObject({ status: 422, body: { errors: [{ pointer: '/as_of', code: 'repeated' }] } });
    for (const day of [daysAgo(1), '']) {
      const { body } = await load(dated([['A', '1']], day), { as_of: daysAgo(1) });
      expect(body).toMatchObject({
        state: 'FAILED',
        failure: expect.stringMatching(/^two-dates: .*effective_date.*as_of/),
      });
    }
    for (const [day, code] of [
      [daysAgo(-1), 'date-out-of-range'],
      ['2026-02-30', 'invalid-date'],
      ['20.11.2026', 'invalid-date'],
    ] as const)
      expect((await load(dated([['A', '1']], day))).body.errors, day).toMatchObject([
        { column: 'effective_date', code },
      ]);
    expect(await at(daysAgo(0))).toEqual({});
  });

  test('is another file for another day, and the same for the same', async () => {
    const first = (await load(plain([['A', '7']]), { as_of: daysAgo(4) })).body;
    expect((await files().send(plain([['A', '7']]), { as_of: daysAgo(4) })).body).toMatchObject({
      id: first.id,
    });
    expect((await load(plain([['A', '7']]), { as_of: daysAgo(5) })).body).toMatchObject({
      as_of: daysAgo(5),
    });
    expect(await at(daysAgo(5))).toEqual({ A: '7' });
  });

  test('names the dividends and meetings that it is too late for, and leaves them as they are', async () => {
    const holder = await ops.holder('10', { effective_date: daysAgo(9), external_ref: 'A', name: 'Ann' });
    const { rows } = await database.admin.query(
      `insert into dividends (tenant_id, state, security_class, currency, exponent, rate_per_share, declaration_date, record_date, payable_date,
         holders, total_amount, residual, snapshot_sha256, positions_known_at, idempotency_key)
       values ($1, 'SNAPSHOT', 'COMMON', 'USD', 2, 1, $2, $2, $3, 1, 1000, 0, repeat('0', 64), now(), 'k') returning id`,
      [acme.id, daysAgo(3), daysAgo(-9)],
    );
    const meetings = new Meetings(acme.as('OPS'));
    const meeting = await meetings.meeting({ record_date: daysAgo(2) });
    await meetings.cast(meeting, holder.id);
    const late = async (day: string, shares: string) => {
      const { warnings } = (await load(plain([['A', shares]]), { as_of: day, dry_run: 'true' })).body;
      return warnings.map(
        ({ message }: { message: string }) => /^The (\S+ \S+) was frozen/.exec(message)?.[1],
      );
    };
    const [ofMeeting, ofDividend] = [`meeting ${meeting}`, `dividend ${rows[0].id}`];
    expect(await late(daysAgo(3), '11')).toEqual([ofMeeting, ofDividend]);
    expect(await late(daysAgo(2), '12')).toEqual([ofMeeting]);
    expect(await late(daysAgo(1), '13')).toEqual([]);
    expect(await late(daysAgo(3), '10'), 'nothing changes').toEqual([]);

    const to = await ops.holder('0');
    const transferred = async (effective_date: string, more = {}) => {
      const order = {
        from_shareholder_id: holder.id,
        to_shareholder_id: to.id,
        quantity: '1',
        effective_date,
      };
      const { body } = await ops.transfer({ ...order, ...more });
      return body.too_late_for ?? body.after.too_late_for;
    };
    const dividend = { what: 'dividend', id: rows[0].id, record_date: daysAgo(3) };
    const called = { what: 'meeting', id: meeting, record_date: daysAgo(2) };
    expect(await transferred(daysAgo(3))).toEqual([called, dividend]);
    expect(await transferred(daysAgo(2))).toEqual([called]);
    expect(await transferred(daysAgo(1))).toEqual([]);

    const set = async (effective_date: string | undefined, holdings: string) => {
      const { body } = await ops.update(holder.id, {
        ...{ holdings, security_class: 'COMMON' },
        ...(effective_date === undefined ? {} : { effective_date }),
      });
      return body.too_late_for ?? body.after.too_late_for;
    };
    const missed = async (more: object) => {
      const { body } = await ops.create({ external_ref: randomUUID(), name: 'Missed', ...more });
      return body.too_late_for ?? body.after.too_late_for;
    };
    expect(await missed({ holdings: '2', effective_date: daysAgo(3) })).toEqual([called, dividend]);
    expect(await missed({ holdings: '2', effective_date: daysAgo(2) })).toEqual([called]);
    expect(await missed({ holdings: '2' })).toEqual([]);
    expect(await missed({ holdings: '0', effective_date: daysAgo(3) }), 'no shares').toEqual([]);
    expect(await set(daysAgo(3), '18')).toEqual([called, dividend]);
    expect(await set(daysAgo(2), '19')).toEqual([called]);
    expect(await set(daysAgo(1), '20')).toEqual([]);
    expect(await set(undefined, '21')).toEqual([]);
    expect(await set(daysAgo(3), '21'), 'nothing changes').toEqual([]);
    expect((await ops.update(holder.id, { name: 'Anna' })).body.too_late_for, 'no shares').toEqual([]);
    await declareClasses(database.admin, acme, 'PREF');
    const { rows: more } = await database.admin.query(
      `insert into dividends (tenant_id, state, security_class, currency, exponent, rate_per_share, declaration_date, record_date, payable_date,
         holders, total_amount, residual, snapshot_sha256, positions_known_at, idempotency_key)
       select tenant_id, state, 'PREF', currency, exponent, rate_per_share, declaration_date, $2, payable_date,
         holders, total_amount, residual, snapshot_sha256, positions_known_at, 'pref' from dividends where id = $1 returning id`,
      [rows[0].id, daysAgo(2)],
    );
    const preferred = { what: 'dividend', id: more[0].id, record_date: daysAgo(2) };
    expect(await set(daysAgo(3), '20'), 'of its class').toEqual([called, dividend]);
    await database.admin.query('update register_settings set by_hand_percent = 0 where tenant_id = $1', [
      acme.id,
    ]);
    expect(await transferred(daysAgo(3)), 'also one that waits').toEqual([called, dividend]);
    expect(await set(daysAgo(3), '24'), 'also one that waits').toEqual([called, dividend]);
    expect(await missed({ holdings: '2', effective_date: daysAgo(3) }), 'also one that waits').toEqual([
      called,
      dividend,
    ]);
    const flagged = await ops.update(to.id, { treasury: true, effective_date: daysAgo(2) });
    expect(flagged.body.after.too_late_for, 'of every class').toEqual([called, preferred]);
  });
});

describe('treasury shares', () => {
  const THOUSAND = { currency: 'USD', total_pool: '1000.00', rate_per_share: undefined };
  const linesOf = async (id: string) => {
    const { data } = (await new Dividends(acme.as('OPS')).lines(id)).body;
    return Object.fromEntries(
      data.map((line: { shareholder_id: string; amount: string }) => [line.shareholder_id, line.amount]),
    );
  };
  const pay = async (terms: object) => {
    const id = await new Dividends(acme.as('OPS')).declare(terms);
    await work(aws);
    return linesOf(id);
  };

  test('are neither paid nor counted: the pool goes to the others, and a quorum can be reached', async () => {
    const company = await ops.holder('900');
    const holders = [await ops.holder('60'), await ops.holder('40')];
    const [a, b] = holders.map(({ id }) => id) as [string, string];
    const flagged = await ops.update(company.id, { treasury: true, effective_date: daysAgo(2) });
    expect(flagged).toMatchObject({
      status: 202,
      body: {
        kind: 'position',
        before: { treasury: false },
        after: { treasury: true, effective_date: daysAgo(2) },
      },
    });
    expect((await ops.get(company.id)).body, 'it waits').toMatchObject({ treasury: false });
    await approved(acme, flagged);
    expect((await ops.get(company.id)).body).toMatchObject({ treasury: true, holdings: '900', version: 2 });
    expect((await ops.list({ external_ref: company.external_ref })).body.data).toMatchObject([
      { treasury: true },
    ]);
    expect((await ops.class('COMMON')).body).toMatchObject({ issued: '1000', treasury_shares: '900' });

    expect(await pay(THOUSAND)).toEqual({ [a]: '600.00', [b]: '400.00' });
    expect(await pay({ currency: 'USD', rate_per_share: '0.5' })).toEqual({ [a]: '30.00', [b]: '20.00' });

    const meetings = new Meetings(acme.as('ADMIN'));
    const meeting = await meetings.meeting();
    expect(await meetings.vote(meeting, company.id)).toMatchObject(problem(422, 'no-position'));
    await meetings.cast(meeting, a);
    expect((await meetings.report(meeting)).body).toMatchObject({
      ...{ entitled_shares: '100', voted_shares: '60', turnout: '0.6', quorum_reached: true },
    });
  });

  test('are those of the close of the record date, as it was known at the freeze', async () => {
    const company = await ops.holder('900', { effective_date: daysAgo(9) });
    const { id: other } = await ops.holder('100', { effective_date: daysAgo(9) });
    const flag = async (treasury: boolean, day: string) =>
      approved(acme, await ops.update(company.id, { treasury, effective_date: day }));
    const at = (day: string) => pay({ ...THOUSAND, record_date: day });
    const both = { [company.id]: '900.00', [other]: '100.00' };
    const one = { [other]: '1000.00' };
    await flag(true, daysAgo(4));
    expect(await at(daysAgo(5)), 'not yet').toEqual(both);
    expect(await at(daysAgo(4))).toEqual(one);
    await flag(false, daysAgo(2));
    expect(await at(daysAgo(3)), 'still').toEqual(one);
    expect(await at(daysAgo(2))).toEqual(both);
    await flag(true, daysAgo(5));
    expect(await at(daysAgo(2)), 'what is recorded later rules from its day on').toEqual(one);
    expect(await at(daysAgo(6))).toEqual(both);
  });

  test.each([
    ['tomorrow', () => ({ treasury: true, effective_date: daysAgo(-1) }), 422],
    ['no flag', () => ({ treasury: 'yes' }), 422],
    ['a reason without holdings', () => ({ treasury: true, reason: 'buy-back' }), 422],
    ['a day without anything', () => ({ effective_date: daysAgo(1) }), 422],
    ['the flag that it has', () => ({ treasury: false, name: 'Ada Renamed' }), 200],
  ])('%s is not a flag that waits', async (_, body, status) => {
    const { id } = await ops.holder('1');
    expect((await ops.update(id, body())).status).toBe(status);
    expect((await ops.get(id)).body).toMatchObject({ treasury: false });
  });
});

describe('the votes of a class', () => {
  const meetings = () => new Meetings(acme.as('ADMIN'));
  const declare = (code: string, votes_per_share: string) =>
    ops.declareClass({ ...SERIES_A, code, votes_per_share });

  test('weigh ballots and count for the quorum, and add up over the classes of a meeting', async () => {
    await declare('SUPER', '10');
    await declare('HALF', '0.50000001');
    const { id: founder } = await ops.holder('7', { security_class: 'SUPER' });
    const { id: other } = await ops.holder('5', { security_class: 'HALF' });
    const { id: common } = await ops.holder('30');
    await approved(acme, await ops.update(founder, { treasury: true })); // from today on: after the record date
    const meeting = await meetings().meeting({ security_classes: ['SUPER', 'COMMON', 'HALF'] });
    expect((await meetings().get(meeting)).body).toMatchObject({
      security_class: 'COMMON',
      security_classes: ['COMMON', 'HALF', 'SUPER'],
    });
    expect((await meetings().report(meeting)).body, 'before the first ballot').toMatchObject({
      entitled_shares: '102.50000005',
    });
    expect((await meetings().vote(meeting, founder)).body).toMatchObject({ weight: '70' });
    await approved(acme, await ops.updateClass('SUPER', { votes_per_share: '1' }));
    expect((await meetings().vote(meeting, other)).body).toMatchObject({ weight: '2.50000005' });
    expect((await meetings().vote(meeting, common)).body).toMatchObject({ weight: '30' });
    expect((await meetings().report(meeting)).body, 'settled by the first').toMatchObject({
      ...{ entitled_shares: '102.50000005', voted_shares: '102.50000005', turnout: '1' },
      items: [{ counts: { FOR: { ballots: 3, shares: '102.50000005' } } }, {}],
    });
    const alone = await meetings().meeting({ security_class: 'SUPER' });
    expect((await meetings().vote(alone, founder)).body, 'as they are now').toMatchObject({ weight: '7' });
    expect(await meetings().vote(alone, common)).toMatchObject(problem(422, 'no-position'));
  });

  test('are none where a share has none: 422, and nobody is entitled', async () => {
    await declare('MUTE', '0');
    const { id } = await ops.holder('100', { security_class: 'MUTE' });
    const meeting = await meetings().meeting({ security_class: 'MUTE' });
    expect(await meetings().vote(meeting, id)).toMatchObject(problem(422, 'no-position'));
    expect((await meetings().report(meeting)).body).toMatchObject({
      ...{ entitled_shares: '0', quorum_reached: false },
    });
  });

  test('are settled once: the database refuses others', async () => {
    const { id } = await ops.holder('1');
    const meeting = await meetings().meeting();
    await meetings().cast(meeting, id);
    await expect(
      database.admin.query('update meeting_classes set votes_per_share = 9 where meeting_id = $1', [meeting]),
    ).rejects.toMatchObject({ constraint: 'meeting_classes_settled' });
  });

  test.each([
    [{ security_classes: [] }, '/security_classes'],
    [{ security_classes: ['COMMON', 'COMMON'] }, '/security_classes'],
    [{ security_classes: ['COMMON', 'COMON'] }, '/security_classes/1'],
    [{ security_class: 'COMMON', security_classes: ['COMMON'] }, '/security_classes'],
  ])('are of declared classes, each named once: %j', async (named, pointer) => {
    expect(await meetings().call(named)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer }] },
    });
  });
});

describe('before a file is loaded', () => {
  const HEADER = 'external_ref,name,holdings,security_class\n';
  const check = async (content: string, query = {}) =>
    (await load(content, { dry_run: 'true', ...query })).body;

  test('a dry run says what it would change, of each class, and who looks like whom', async () => {
    await ops.declareClass({ ...SERIES_A, authorized: '500' });
    await load(
      `${HEADER}A,Ann,100,COMMON\nA,Ann,10,SERIES-A\nB,Bob,50,COMMON\nC,Cy,7,COMMON\nzw-7,Di,1,COMMON\n`,
    );
    const content = `${HEADER}A,Ann,90,COMMON\nA,Ann,10,SERIES-A\nB,Bob,50,\nZW-007,Ed,5,\nN,Ny,3,SERIES-A\nX,Xi,-1,\n`;
    const checked = await check(content);
    expect(checked).toMatchObject({
      ...{ state: 'COMPLETED', dry_run: true, rows: 6, accepted: 5, rejected: 1 },
      changes: {
        ...{ created: 2, changed: 1, unchanged: 2, absent: 2 },
        by_class: [
          { security_class: 'COMMON', before: '158', after: '153', moved: '10' },
          { security_class: 'SERIES-A', before: '10', after: '13', moved: '3' },
        ],
        largest: [
          { external_ref: 'A', before: '100', after: '90' },
          { external_ref: 'ZW-007', before: '0', after: '5' },
          { external_ref: 'N', before: '0', after: '3' },
        ],
        look_alikes: [{ line: 5, external_ref: 'ZW-007', like: 'zw-7' }],
      },
    });
    expect((await (await fetch(checked.changes_url)).text()).split('\r\n')).toEqual([
      CHANGES_HEADER,
      `A,Ann,90,COMMON,${daysAgo(0)},2,Ann,100`,
      `ZW-007,Ed,5,COMMON,${daysAgo(0)},5,,0`,
      `N,Ny,3,SERIES-A,${daysAgo(0)},6,,0`,
      '',
    ]);
    expect((await ops.class('COMMON')).body.issued, 'nothing is loaded').toBe('158');
    const plain = await check(
      `external_ref,name,holdings\nB,Bob,60\n007,Jo,1\n7,Jo,1\n"=""A""",Al,1\n'B,Bo,1\n`,
    );
    expect(plain.changes).toMatchObject({
      ...{ created: 4, changed: 1, unchanged: 0, absent: 3 },
      look_alikes: [
        { external_ref: '007', like: '7' },
        { external_ref: '7', like: '007' },
        { external_ref: '="A"', like: 'A' },
        { external_ref: "'B", like: 'B' },
      ],
    });
    const loaded = (await load(content)).body;
    expect(loaded, 'a load says the same').toMatchObject({
      dry_run: false,
      changes: checked.changes,
    });
    expect(await (await fetch(loaded.changes_url)).text()).toBe(
      await (await fetch(checked.changes_url)).text(),
    );
    expect(await check(`${HEADER}Q,Qi,491,SERIES-A\n`)).toMatchObject({
      state: 'FAILED',
      failure: 'authorized-shares-exceeded: 504 shares of SERIES-A would be issued, and 500 are authorized.',
    });
  });

  test.each<[Record<string, string>, RegExp | null]>([
    [{ expected_rows: '2', expected_total: '10.5' }, null],
    [{ expected_rows: '02', expected_total: '10.50000000' }, null],
    [{ expected_total: '10.500000000000' }, null],
    [{ expected_rows: '3' }, /^control-totals: The file has 2 rows, and 3 were expected/],
    [
      { expected_total: '10.50000001' },
      /^control-totals: The holdings of the file come to 10.5, and 10.50000001/,
    ],
    [{ expected_total: '0' }, /^control-totals/],
  ])('control totals %j are compared, exactly', async (totals, failure) => {
    const content = 'external_ref,name,holdings\nA,Ann,10.4\nB,Bob,0.1\n';
    for (const upload of [
      await check(content, totals),
      (await files().load(content, {}, 'r.csv', totals)).body,
    ])
      expect(upload).toMatchObject(
        failure === null
          ? { state: 'COMPLETED', accepted: 2 }
          : { state: 'FAILED', failure: expect.stringMatching(failure) },
      );
    expect((await ops.list()).body.data).toHaveLength(failure === null ? 2 : 0);
  });

  test.each([
    { expected_rows: '-1' },
    { expected_rows: '1.5' },
    { expected_total: 'many' },
    { expected_total: '-1' },
  ])('control totals %j are none', async (totals) => {
    expect(await files().send('external_ref,name,holdings\n', totals)).toMatchObject(
      problem(422, 'validation-failed'),
    );
    expect(await files().send('external_ref,name,holdings\n', {}, 'r.csv', totals)).toMatchObject(
      problem(422, 'validation-failed'),
    );
  });
});

describe('a file that replaces the register', () => {
  const HEADER = 'external_ref,name,holdings,security_class\n';
  const PLAIN = 'external_ref,name,holdings\n';
  const replace = async (content: string, query = {}) =>
    (await load(content, { mode: 'replace', ...query })).body;

  /** Everybody's shares, as the register tells them. */
  async function held(): Promise<string[]> {
    const { rows } = await database.admin.query(
      `select h.external_ref || ' ' || h.name || ' ' || e.security_class || ' ' || trim_scale(sum(e.delta)) as held
         from position_entries e join shareholders h on h.tenant_id = e.tenant_id and h.id = e.shareholder_id
        where e.tenant_id = $1 group by h.external_ref, h.name, e.security_class having sum(e.delta) <> 0 order by 1`,
      [acme.id],
    );
    expect(await brokenPositions(database.admin)).toEqual([]);
    return rows.map(({ held: one }) => one);
  }

  const OPENED = ['A Ann COMMON 100', 'A Ann SERIES-A 10', 'B Bob COMMON 50', 'C Cy SERIES-A 7'];
  beforeEach(async () => {
    await ops.declareClass(SERIES_A);
    await load(`${HEADER}A,Ann,100,COMMON\nA,Ann,10,SERIES-A\nB,Bob,50,COMMON\nC,Cy,7,SERIES-A\n`);
    expect(await held()).toEqual(OPENED);
  });

  test('sets to zero who isn’t in it, in its classes alone, and says so', async () => {
    const content = `${PLAIN}B,Bob,50\nN,Ny,5\n`;
    const changes = {
      ...{ created: 1, changed: 0, unchanged: 1, absent: 1 },
      by_class: [{ security_class: 'COMMON', before: '150', after: '55', moved: '100' }],
      largest: [
        { line: null, external_ref: 'A', before: '100', after: '0' },
        { line: 3, external_ref: 'N', before: '0', after: '5' },
      ],
    };
    expect(await replace(content, { dry_run: 'true' })).toMatchObject({ mode: 'replace', changes });
    expect(await held()).toEqual(OPENED);
    const upload = await replace(content);
    expect(upload).toMatchObject({ state: 'COMPLETED', rows: 2, accepted: 2, rejected: 0, changes });
    expect(await (await fetch(upload.changes_url)).text()).toContain('\r\nA,Ann,0,COMMON,,,Ann,100\r\n');
    expect(await held()).toEqual([
      'A Ann SERIES-A 10',
      'B Bob COMMON 50',
      'C Cy SERIES-A 7',
      'N Ny COMMON 5',
    ]);
    expect(await replace(`${HEADER}A,Anne,1,SERIES-A\nB,Bob,2,COMMON\n`)).toMatchObject({
      changes: { changed: 2, absent: 2 },
    });
    expect(await held(), 'a holder is called what the file says').toEqual([
      'A Anne SERIES-A 1',
      'B Bob COMMON 2',
    ]);
  });

  test('as at an earlier day sets to zero who held shares then', async () => {
    const day = daysAgo(3);
    await load(`${PLAIN}D,Di,4\n`, { as_of: daysAgo(5) });
    await load(`${PLAIN}D,Di,6\n`);
    expect(await replace(`${PLAIN}B,Bob,0\n`, { as_of: day })).toMatchObject({
      state: 'COMPLETED',
      changes: { absent: 1, largest: [{ line: null, external_ref: 'D', before: '4', after: '0' }] },
    });
    expect(await held()).toEqual([...OPENED, 'D Di COMMON 2']);
  });

  test.each<[string, string, RegExp, number]>([
    ['a wrong row', `${PLAIN}N,Ny,1\nB,Bob,x\n`, /^rejected-rows: 1 of 2 rows/, 1],
    ['a row of no class', `${HEADER}A,Ann,100,COMMON\nB,Bob,50,COMON\n`, /^rejected-rows/, 1],
    ['a row that doesn’t name its class', `${PLAIN}A,Ann,1\nB,Bob,1\n`, /^rejected-rows/, 1],
    ['a repeated row', `${PLAIN}B,Bob,1\nB,Bob,1\n`, /^rejected-rows/, 1],
    ['wrong rows alone', `${PLAIN},Bob,1\n`, /^rejected-rows/, 1],
    ['no row', PLAIN, /^nothing-to-replace/, 0],
    [
      'a day of each row',
      `external_ref,name,holdings,effective_date\nB,Bob,1,${daysAgo(2)}\nN,Ny,1,\n`,
      /^replaces-days/,
      0,
    ],
  ])('is refused with %s, and nothing is set to zero', async (_, content, failure, errors) => {
    for (const dry_run of ['true', 'false']) {
      const upload = await replace(content, { dry_run });
      expect(upload).toMatchObject({ state: 'FAILED', failure: expect.stringMatching(failure), rows: 0 });
      expect(upload.errors).toHaveLength(errors);
      if (errors > 0)
        expect((await (await fetch(upload.errors_url)).text()).trim().split('\r\n')).toHaveLength(2);
    }
    expect(await held()).toEqual(OPENED);
  });

  test('takes nothing back that is newer, says so, and misses nothing that is older', async () => {
    const sent = (await files().send(`${PLAIN}N,Ny,5\n`, { mode: 'replace' })).body;
    const storedAt = new Date().toISOString();
    const holder = (await ops.list({ external_ref: 'B' })).body.data[0];
    await ops.update(holder.id, { holdings: '51' });
    await ops.create({ external_ref: 'E', name: 'Eve', holdings: '9' });
    const stored = storedFile(aws, `incoming/${acme.id}/${sent.id}`);
    await processUpload({ ...stored, storedAt }, DELIVERY);
    expect((await files().get(sent.id)).body).toMatchObject({
      state: 'COMPLETED',
      changes: { created: 1, absent: 1 },
      warnings: [{ code: 'absent-kept', message: expect.stringMatching(/^2 positions/) }],
    });
    expect(await held()).toEqual([
      'A Ann SERIES-A 10',
      'B Bob COMMON 51',
      'C Cy SERIES-A 7',
      'E Eve COMMON 9',
      'N Ny COMMON 5',
    ]);
  });

  test('waits for a second person where it moves more than the limit, by who isn’t in it', async () => {
    await database.admin.query('delete from register_settings where tenant_id = $1', [acme.id]);
    const waiting = await replace(`${PLAIN}B,Bob,50\n`);
    expect(waiting).toMatchObject({
      state: 'AWAITING_APPROVAL',
      changes: { unchanged: 1, absent: 1, by_class: [{ before: '150', after: '50', moved: '100' }] },
    });
    expect(await held()).toEqual(OPENED);
    const approvals = new Approvals(acme.as('COMPLIANCE'));
    const [{ id }] = (await approvals.list({ state: 'PENDING' })).body.data;
    expect((await approvals.approve(id)).status).toBe(200);
    await files().process(waiting.id);
    expect((await files().get(waiting.id)).body).toMatchObject({ state: 'COMPLETED', accepted: 1 });
    expect(await held()).toEqual(OPENED.slice(1));
  });

  test('is another file than one that doesn’t', async () => {
    const content = `${PLAIN}B,Bob,50\n`;
    const merged = (await load(content, { mode: 'merge' })).body;
    expect(merged).toMatchObject({ mode: 'merge', changes: { absent: 1 } });
    expect(await files().send(content), 'merge is what is done anyway').toMatchObject({
      status: 200,
      body: { id: merged.id },
    });
    expect(await replace(content)).toMatchObject({ changes: { absent: 1 } });
    expect(await files().send(content, { mode: 'both' })).toMatchObject(problem(422, 'validation-failed'));
  });
});

describe('a CSV of ours, uploaded as it is', () => {
  const NAMES = [
    '=1+1',
    '+x',
    '-x',
    '@x',
    "'=x",
    'a "quoted", name',
    'two\nlines',
    '＝ｗｉｄｅ　株式会社',
    '＋1',
    '－1',
    '＠x',
  ];
  const HEADER = 'external_ref,name,email,holdings,security_class\n';
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const csv = async (query = {}) =>
    (
      await call(holdingsHandler, getHoldingsReport, {
        as: acme.as('OPS'),
        headers: { accept: 'text/csv' },
        query,
      })
    ).text;

  /** Whatever the register has, and how often it has changed. */
  async function register(): Promise<unknown> {
    const { rows } = await database.admin.query(
      `select h.external_ref, h.name, h.email, h.version, h.updated_at, e.security_class, e.effective_date, e.delta
         from shareholders h left join position_entries e on e.tenant_id = h.tenant_id and e.shareholder_id = h.id
        where h.tenant_id = $1 order by 1, 6, 7, 8`,
      [acme.id],
    );
    return rows;
  }

  /** Rows that are wrong only in their file, or at their time. */
  const WRONG = [
    'N0,Other,,1,COMMON',
    'N0,Another,,3,PREF',
    'X,Few,,1',
    'Y,"Quo"te,,1,COMMON',
    'Z,No class,,1,PREFFERED',
  ];

  const LISTS: Readonly<Record<string, () => Promise<string>>> = {
    'holdings today': () => csv(),
    'holdings of a class': () => csv({ security_class: 'PREF' }),
    'holdings of an earlier day': () => csv({ as_of: daysAgo(2) }),
    'holdings in pages': async () => {
      const first = await call(holdingsHandler, getHoldingsReport, {
        as: acme.as('OPS'),
        headers: { accept: 'text/csv' },
        query: { limit: '5' },
      });
      const next = new URLSearchParams(/\?(.*)>/.exec(first.header('link') ?? '')?.[1]);
      return first.text + (await csv({ ...Object.fromEntries(next), limit: '20000' }));
    },
    'the rows that a file had wrong': async () => {
      const { body } = await load(`${HEADER}N0,${quoted('=1+1')},,1,COMMON\n${WRONG.join('\n')}\n`);
      expect(body).toMatchObject({ accepted: 1, rejected: 5 });
      return (await fetch(body.errors_url)).text();
    },
    'the changes of a load': async () => {
      const { body } = await load(`${HEADER}N0,Renamed,,6,COMMON\n"=R1",${quoted('+x')},,8,PREF\n`);
      expect(body.changes).toMatchObject({ changed: 2 });
      return (await fetch(body.changes_url)).text();
    },
    'the changes of a load as at an earlier day': async () => {
      const { body } = await load('external_ref,name,holdings\nN2,-x,6\n', { as_of: daysAgo(1) });
      return (await fetch(body.changes_url)).text();
    },
  };

  const isOf = (index: number) => (index % 2 === 1 ? '=R' : 'N') + index;
  beforeEach(async () => {
    await ops.declareClass({ ...SERIES_A, code: 'PREF' });
    const rows = NAMES.flatMap((name, index) => [
      `"${isOf(index)}",${quoted(name)},n${index}@example.com,${index + 1}.5,COMMON`,
      ...(index % 3 === 1 ? [`"${isOf(index)}",${quoted(name)},n${index}@example.com,7,PREF`] : []),
    ]);
    const only = 'P,Only preferred,,4,PREF';
    const { body } = await load(`${HEADER}${rows.join('\n')}\n${only}\n`, { as_of: daysAgo(4) });
    expect(body).toMatchObject({ state: 'COMPLETED', rejected: 0 });
    await load('external_ref,name,holdings,security_class\nP,Only preferred,5,PREF\n', { as_of: daysAgo(1) });
  });

  test.each(Object.keys(LISTS))('%s: nothing changes', async (name) => {
    const content = await LISTS[name]?.();
    const before = await register();
    const { body } = await load(String(content));
    expect(body).toMatchObject({
      state: 'COMPLETED',
      rejected: name.includes('wrong') ? 5 : 0,
      warnings: [],
      changes: { created: 0, changed: 0, by_class: body.changes.by_class },
    });
    expect(body.rows).toBeGreaterThan(0);
    expect(await register()).toEqual(before);
    if (name === 'holdings today')
      expect((await load(String(content), { mode: 'replace' })).body.changes).toMatchObject({
        absent: 0,
        changed: 0,
      });
    expect(await register()).toEqual(before);
  });

  test('the lines of a dividend, which only look like a register, are refused', async () => {
    const { rows } = await database.admin.query(
      `insert into dividends (tenant_id, state, security_class, currency, exponent, rate_per_share, declaration_date, record_date, payable_date,
         holders, total_amount, residual, snapshot_sha256, positions_known_at, idempotency_key)
       values ($1, 'SNAPSHOT', 'COMMON', 'USD', 2, 1, $2, $2, $3, 1, 1000, 0, repeat('0', 64), now(), 'k') returning id`,
      [acme.id, daysAgo(3), daysAgo(-9)],
    );
    const { text } = await call(dividendHandler, getDividendReport, {
      as: acme.as('OPS'),
      params: { id: rows[0].id },
      headers: { accept: 'text/csv' },
    });
    const [header = ''] = text.split('\r\n');
    const cells = { external_ref: 'N0', name: 'Ann', holdings: '9' };
    const columns = header.split(',');
    const line = columns.map((column) => cells[column as keyof typeof cells] ?? '');
    const before = await register();
    const item = Object.fromEntries(columns.map((column, at) => [column, line[at]]));
    for (const [content, filename] of [
      [`${header}\r\n${line.join(',')}\r\n`, 'lines.csv'],
      [`${JSON.stringify(item)}\n`, 'lines.ndjson'],
    ] as const)
      expect((await files().load(content, {}, filename)).body).toMatchObject({
        state: 'FAILED',
        failure: expect.stringMatching(/^other-list: The file is a report of a dividend/),
      });
    expect(await register()).toEqual(before);
  });
});

describe('a file of a source, by a mapping', () => {
  const AGENT = {
    name: 'Transfer Agent',
    kind: 'shareholders',
    columns: [
      { from: 'Account No', to: 'external_ref' },
      { from: 'Registered Owner', to: 'name' },
      { from: 'Shares', to: 'holdings' },
      { from: 'Issue', to: 'security_class', values: { '01': 'COMMON', '02': 'PREF' } },
    ],
    separator: ';',
    encoding: 'windows-1252',
    decimal: ',',
    skip_lines: 2,
  };
  const FILE = Buffer.from(
    [
      'Register of Acme; as at 2026-01-31',
      '"Confidential; not for distribution"',
      'No;ACCOUNT NO;Registered Owner;Tax;Shares;Issue',
      '1;A-1;Zoë Größe;x;1.234,5;01',
      '2;A-1;Zoë Größe;x;7;02',
      '3;A-2;Bob;x;1,234,5;01',
      '4;A-3;Cy;x;1.23;01',
      '5;A-4;Di;x;5;03',
      '6;A-5;Ed',
      '7;A-6;Ευ;x;5;01'.replace('Ευ', '=Ed'),
      ';;;;;',
    ].join('\r\n'),
    'latin1',
  );
  const OUTCOME = {
    state: 'COMPLETED',
    ...{ rows: 7, accepted: 3, rejected: 4 },
    errors: [
      { line: 6, column: 'holdings', code: 'invalid-number' },
      { line: 7, column: 'holdings', code: 'invalid-number' },
      { line: 8, column: 'security_class', code: 'unknown-value' },
      { line: 9, column: null, code: 'cell-count' },
    ],
    warnings: [],
  };
  const LOADED = ['A-1 COMMON 1234.5', 'A-1 PREF 7', 'A-6 COMMON 5'];
  let mappings: UploadMappings;
  beforeEach(async () => {
    mappings = new UploadMappings(acme.as('OPS'));
    await ops.declareClass({ ...SERIES_A, code: 'PREF' });
  });
  const mappingOf = async (body: object = AGENT) => {
    const created = await mappings.create(body);
    expect(created.status, created.text).toBe(201);
    return created.body;
  };

  test.each(['query', 'form'])('named in the %s, is loaded as it is', async (place) => {
    const { id } = await mappingOf();
    const named = { mapping: id };
    const { body } = await files().load(
      FILE,
      place === 'query' ? named : {},
      'r.csv',
      place === 'form' ? named : {},
    );
    expect(body).toMatchObject({ ...OUTCOME, mapping: id });
    expect(await positions()).toEqual(LOADED);
    const errors = await (await fetch(body.errors_url)).text();
    const corrected = errors.replace('A-4,Di,,5,03', 'A-4,Di,,5,PREF');
    expect((await load(corrected)).body, 'the errors file has our columns').toMatchObject({
      accepted: 1,
      rejected: 3,
    });
  });

  test('dropped into a folder with its name, is loaded as it is', async () => {
    const folder = dropFolder(database.admin, aws);
    await mappingOf();
    expect(await folder.load(FILE, acme, 'Transfer Agent/register.csv')).toMatchObject(OUTCOME);
    expect(await positions()).toEqual(LOADED);
    for (const [place, code] of [
      ['Another/register.csv', 'unknown-mapping'],
      ['Transfer Agent/2026/register.csv', 'unknown-folder'],
      ['Transfer Agent/register.ndjson', 'mapping-of-table'],
    ] as const)
      expect(await folder.load(FILE, acme, place)).toMatchObject({
        state: 'FAILED',
        failure: expect.stringMatching(`^${code}: `),
      });
  });

  test('is read by it as it was when the file was received, and is another file by another version', async () => {
    const { id } = await mappingOf();
    const sent = await files().send(FILE, { mapping: id });
    const { encoding, ...others } = AGENT;
    expect((await mappings.replace(id, 1, { ...others, name: 'Agent', skip_lines: 0 })).body).toMatchObject({
      ...{ name: 'Agent', version: 2, skip_lines: 0, encoding: null },
    });
    const again = (await load(FILE.toString('latin1'), { mapping: id })).body;
    expect(again).toMatchObject({
      state: 'FAILED',
      failure: expect.stringMatching(/^missing-header: The header lacks "Account No"/),
    });
    expect((await mappings.delete(id, 2)).status).toBe(204);
    await files().process(sent.body.id);
    expect((await files().get(sent.body.id)).body).toMatchObject(OUTCOME);
    expect(await files().send(FILE, { mapping: id }), 'it is gone').toMatchObject(
      problem(422, 'validation-failed'),
    );
  });

  test('of several classes in columns gives a row for each that says something', async () => {
    const { id } = await mappingOf({
      name: 'Cap table',
      kind: 'shareholders',
      columns: [
        ...AGENT.columns.slice(0, 2),
        { from: 'Common', to: 'holdings', value: { security_class: 'COMMON' } },
        { from: 'Pref', to: 'holdings', value: { security_class: 'PREF' } },
        { from: 'As of', to: 'effective_date' },
      ],
      date_format: 'D/M/YYYY',
    });
    const [year = '', month = '', day = ''] = daysAgo(2).split('-');
    const on = `${Number(day)}/${Number(month)}/${year}`;
    const { body } = await load(
      `Account No,Registered Owner,Common,Pref,As of\nA,Ann,5,7,${on}\nB,Bob,,3,${on}\nC,Cy,1,,31/31/2026\n`,
      { mapping: id },
    );
    expect(body).toMatchObject({
      ...{ rows: 4, accepted: 3, rejected: 1 },
      errors: [{ line: 4, column: 'effective_date', code: 'invalid-date' }],
      changes: { largest: [{ line: 2, external_ref: 'A' }, { line: 2 }, { line: 3 }] },
    });
    expect(await positions()).toEqual(['A COMMON 5', 'A PREF 7', 'B PREF 3']);
  });

  test('is kept, listed, replaced and deleted by the version that was read', async () => {
    const created = await mappingOf();
    expect(created).toMatchObject({ ...AGENT, columns: AGENT.columns, date_format: null, version: 1 });
    expect((await mappings.get(created.id)).body).toEqual(created);
    expect(await mappings.create(AGENT)).toMatchObject(problem(409, 'mapping-exists'));
    const other = await mappingOf({ ...AGENT, name: 'Other' });
    expect((await mappings.list({ limit: '1' })).body.data).toEqual([created]);
    expect((await mappings.list()).body.data).toEqual([created, other]);
    expect(await mappings.replace(created.id, undefined, AGENT)).toMatchObject(
      problem(428, 'precondition-required'),
    );
    expect(await mappings.replace(created.id, 2, AGENT)).toMatchObject(problem(412, 'precondition-failed'));
    expect(await mappings.replace(created.id, 1, { ...AGENT, name: 'Other' })).toMatchObject(
      problem(409, 'mapping-exists'),
    );
    expect(await mappings.delete(created.id, 2)).toMatchObject(problem(412, 'precondition-failed'));
    expect((await mappings.delete(created.id)).status).toBe(204);
    expect(await mappings.get(created.id)).toMatchObject(problem(404, 'not-found'));
    const stranger = new UploadMappings((await insertTestTenant(database.admin, 'ISSUER')).as('OPS'));
    expect(await stranger.get(other.id)).toMatchObject(problem(404, 'not-found'));
    expect((await stranger.list()).body.data).toEqual([]);
  });

  test.each<[object, string]>([
    [{ columns: [...AGENT.columns, { from: 'Name', to: 'name' }] }, '/columns/4/to'],
    [{ columns: AGENT.columns.slice(0, 2) }, '/columns'],
    [{ columns: [] }, '/columns'],
    [{ encoding: 'ebcdic' }, '/encoding'],
    [{ date_format: 'DD.MM.YY' }, '/date_format'],
    [{ decimal: ';' }, '/decimal'],
    [{ separator: '\t\t' }, '/separator'],
    [{ skip_lines: 101 }, '/skip_lines'],
    [{ name: '../other' }, '/name'],
    [{ name: 'a/b' }, '/name'],
    [{ kind: 'contributions' }, '/kind'],
    [{ quote: "'" }, '/quote'],
  ])('means nothing with %j', async (change, pointer) => {
    const refused = await mappings.create({ ...AGENT, ...change });
    expect(refused).toMatchObject(problem(422, 'validation-failed'));
    expect(refused.body.errors.map(({ pointer: at }: { pointer: string }) => at)).toContain(pointer);
  });

  test('is for tables of its kind', async () => {
    const { id } = await mappingOf();
    expect(await files().send(FILE, { mapping: id }, 'r.ndjson')).toMatchObject(
      problem(422, 'validation-failed'),
    );
    expect(await files().send(FILE, { mapping: 'Transfer Agent' })).toMatchObject(
      problem(422, 'validation-failed'),
    );
  });
});

describe('a file of another dialect', () => {
  test.each<[string, Buffer, Record<string, string>]>([
    [
      'windows-1252, named',
      Buffer.from('external_ref;name;holdings\r\nA;Jos\xe9;600000.0000000000\r\n;;\r\n', 'latin1'),
      { encoding: 'Windows-1252' },
    ],
    [
      'UTF-16',
      Buffer.from('\ufeffsep=,\nexternal_ref,name,holdings\nA,José,600000.0000000000\n,,\n', 'utf16le'),
      {},
    ],
  ])('%s, is loaded as it is', async (_, content, settings) => {
    for (const dry_run of ['true', 'false']) {
      const { body } = await files().load(content, { dry_run }, 'r.csv', settings);
      expect(body).toMatchObject({ state: 'COMPLETED', rows: 1, accepted: 1, warnings: [] });
    }
    expect((await ops.list()).body.data).toMatchObject([
      { external_ref: 'A', name: 'José', holdings: '600000' },
    ]);
  });

  test('is refused by a name that is no encoding', async () => {
    expect(await files().send('external_ref,name,holdings\n', { encoding: 'ebcdic' })).toMatchObject(
      problem(422, 'validation-failed'),
    );
  });
});
