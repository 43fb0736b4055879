import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Approvals } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Register } from '#tests/support/register.ts';
import { RegisterFiles } from '#tests/support/register-files.ts';
import type { TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import {
  CHANGES_HEADER,
  DELIVERY,
  dropFolder,
  objectText,
  takeMessages,
  unbalancedHolders,
} from '#tests/support/uploads.ts';
import { sendUnfinished } from '#uploads/intake/resume-uploads.ts';
import { S3Notification, type StoredFile, storedFiles } from '#uploads/intake/upload-event.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const HEADER = 'external_ref,name,holdings\n';
const file = (...rows: string[]) => `${HEADER}${rows.join('\n')}\n`;

/** A tenant with the limits that it has by default, 10 % by file, and a register of 1,000 shares. */
async function issuer(): Promise<{ tenant: TestTenant; ops: RegisterFiles }> {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  await database.admin.query('delete from register_settings where tenant_id = $1', [tenant.id]);
  const ops = new RegisterFiles(aws, tenant.as('OPS'));
  const first = await ops.load(file('A,Ann,600', 'B,Bob,400'));
  expect(first.body, 'the first load of an empty register').toMatchObject({
    state: 'COMPLETED',
    changes: { created: 2, absent: 0 },
  });
  return { tenant, ops };
}

async function registerOf({ id }: TestTenant): Promise<Record<string, string>> {
  const { rows } = await database.admin.query<{ external_ref: string; shown: string }>(
    `select external_ref, name || ' ' || trim_scale(holdings) as shown from shareholders where tenant_id = $1 order by external_ref`,
    [id],
  );
  expect(await unbalancedHolders(database.admin, id)).toEqual([]);
  return Object.fromEntries(rows.map(({ external_ref, shown }) => [external_ref, shown]));
}

const OPENED = { A: 'Ann 600', B: 'Bob 400' };

async function requestOf(tenant: TestTenant, uploadId: string): Promise<Record<string, unknown>> {
  const { body } = await new Approvals(tenant.as('COMPLIANCE')).list({ state: 'PENDING' });
  return body.data.find(({ subject }: { subject: { id: string } }) => subject.id === uploadId);
}

async function approve(tenant: TestTenant, uploadId: string): Promise<TestResponse> {
  const { id } = await requestOf(tenant, uploadId);
  const answer = await new Approvals(tenant.as('COMPLIANCE')).approve(String(id));
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

test('a file of ten percent is loaded, and one of more waits with what it would change', async () => {
  const { tenant, ops } = await issuer();
  expect((await ops.load(file('A,Ann,550', 'B,Bob,450', 'C,Cy,50'))).body.state).toBe('COMPLETED');
  expect(await registerOf(tenant)).toEqual({ A: 'Ann 550', B: 'Bob 450', C: 'Cy 50' });

  const other = new RegisterFiles(aws, tenant.as('ADMIN'));
  const { body } = await other.load(file('A,Anne,300', 'B,Bob,450', 'D,"=Dan",100', 'E,Eve,x'));
  expect(body).toMatchObject({
    state: 'AWAITING_APPROVAL',
    rows: 4,
    accepted: 3,
    rejected: 1,
    completed_at: null,
  });
  expect(body.changes).toEqual({
    created: 1,
    changed: 1,
    unchanged: 1,
    absent: 1,
    by_class: [{ security_class: 'COMMON', before: '1050', after: '900', moved: '250' }],
    by_status: null,
    enrolled: null,
    largest: [
      { line: 2, external_ref: 'A', before: '550', after: '300' },
      { line: 4, external_ref: 'D', before: '0', after: '100' },
    ],
    look_alikes: [],
  });
  expect(body.errors).toHaveLength(1);
  expect(body.changes_url).toContain('-changes.csv');
  expect(await objectText(aws, `errors/${tenant.id}/${body.id}-changes.csv`)).toBe(
    [CHANGES_HEADER, 'A,Anne,300,COMMON,,2,Ann,550', "D,'=Dan,100,COMMON,,4,,0", ''].join('\r\n'),
  );
  expect(await registerOf(tenant)).toEqual({ A: 'Ann 550', B: 'Bob 450', C: 'Cy 50' });
  expect(await requestOf(tenant, body.id)).toMatchObject({
    kind: 'register-file',
    state: 'PENDING',
    requested_by: tenant.as('ADMIN').actorId,
    before: { by_class: [{ security_class: 'COMMON', shares: '1050' }] },
    after: {
      filename: 'register.csv',
      rows: 4,
      accepted: 3,
      created: 1,
      upload: expect.stringContaining(body.id),
    },
  });
});

test('an approved file is announced, loaded as it was shown, and completed', async () => {
  const { tenant, ops } = await issuer();
  const { id } = (await ops.load(file('A,Ann,100', 'B,Bob,900'))).body;
  await takeMessages(aws.endpoint, 'vestry-test-uploads');
  await approve(tenant, id);
  expect((await ops.get(id)).body.state).toBe('VALIDATING');
  expect(await registerOf(tenant)).toEqual(OPENED);
  const announced = await takeMessages(aws.endpoint, 'vestry-test-uploads');
  const stored = announced.flatMap((message) => storedFiles(S3Notification.parse(message)));
  expect(stored).toHaveLength(1);
  await processUpload(stored[0] as StoredFile, DELIVERY);
  expect((await ops.get(id)).body).toMatchObject({ state: 'COMPLETED', rows: 2, accepted: 2, rejected: 0 });
  expect(await registerOf(tenant)).toEqual({ A: 'Ann 100', B: 'Bob 900' });
  await ops.process(id);
  expect(await registerOf(tenant)).toEqual({ A: 'Ann 100', B: 'Bob 900' });
});

test('what somebody has changed since is refused row by row, with both values, and the rest is loaded', async () => {
  const { tenant, ops } = await issuer();
  const { id } = (await ops.load(file('A,Ann,100', 'B,Bob,900', 'C,Cy,5', 'D,Dan,50'))).body;
  const register = new Register(tenant.as('ADMIN'));
  const holder = (ref: string) => register.list({ external_ref: ref }).then(({ body }) => body.data[0]);
  await register.update((await holder('A')).id, { holdings: '601' });
  await register.update((await holder('B')).id, { name: 'Robert' });
  await register.create({ external_ref: 'C', name: 'Cyd', holdings: '2' });
  await approve(tenant, id);
  await ops.process(id);
  const { body } = await ops.get(id);
  expect(body).toMatchObject({ state: 'COMPLETED', rows: 4, accepted: 1, rejected: 3 });
  expect(body.errors.map(({ line, code }: { line: number; code: string }) => [line, code])).toEqual([
    [2, 'changed-since-received'],
    [3, 'changed-since-received'],
    [4, 'changed-since-received'],
  ]);
  expect(body.errors[0].message).toContain('the file has 100 shares, and the register 601');
  expect(await registerOf(tenant)).toEqual({ A: 'Ann 601', B: 'Robert 400', C: 'Cyd 2', D: 'Dan 50' });
});

describe('a file that is refused', () => {
  test.each(['deny', 'withdraw'] as const)('by %s ends, and may be sent again', async (way) => {
    const { tenant, ops } = await issuer();
    const content = file('A,Ann,1');
    const { id } = (await ops.load(content)).body;
    expect((await ops.send(content)).body.id, 'the same bytes are the upload that waits').toBe(id);
    const { id: request } = await requestOf(tenant, id);
    const decider = tenant.as(way === 'deny' ? 'COMPLIANCE' : 'OPS');
    expect((await new Approvals(decider)[way](String(request))).status).toBe(200);
    const { body } = await ops.get(id);
    expect(body.state).toBe('FAILED');
    expect(body.failure).toMatch(way === 'deny' ? /^approval-denied: / : /^approval-withdrawn: /);
    await ops.process(id);
    expect(await registerOf(tenant)).toEqual(OPENED);
    expect((await ops.load(content)).body.state).toBe('AWAITING_APPROVAL');
    const { rows } = await database.admin.query(
      `select payload->>'upload_id' as id from outbox where type = 'upload.failed' and tenant_id = $1`,
      [tenant.id],
    );
    expect(rows).toEqual([{ id }]);
  });

  test('by nobody in thirty days is ended by the sweep, and can be approved no more', async () => {
    const { tenant, ops } = await issuer();
    const { id } = (await ops.load(file('A,Ann,1'))).body;
    const { id: request } = await requestOf(tenant, id);
    const sweep = () =>
      sendUnfinished({ time: new Date(), requestId: randomUUID(), remainingMs: () => 60_000 } as never);
    await sweep();
    expect((await ops.get(id)).body.state).toBe('AWAITING_APPROVAL');
    await database.admin.query(`update uploads set shown_at = now() - interval '31 days' where id = $1`, [
      id,
    ]);
    await sweep();
    expect((await ops.get(id)).body).toMatchObject({
      state: 'FAILED',
      failure: expect.stringMatching(/^approval-expired: /),
    });
    const answer = await new Approvals(tenant.as('COMPLIANCE')).approve(String(request));
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/change-outdated' } });
  });
});

test('files of a day count together, by user', async () => {
  const { tenant, ops } = await issuer();
  for (const holdings of [640, 680])
    expect((await ops.load(file(`A,Ann,${holdings}`))).body.state).toBe('COMPLETED');
  expect((await ops.load(file('A,Ann,720'))).body.state).toBe('AWAITING_APPROVAL');
  const admin = new RegisterFiles(aws, tenant.as('ADMIN'));
  expect((await admin.load(file('B,Bob,440'))).body.state).toBe('COMPLETED');
});

test('a file from the drop folder waits too, for somebody other than the owner of its credential', async () => {
  const { tenant } = await issuer();
  const uploads = dropFolder(database.admin, aws);
  const stored = await uploads.drop(file('A,Ann,1'), tenant);
  await processUpload(stored, DELIVERY);
  const { id } = await uploads.uploadOf(stored);
  const owner = tenant.as('ADMIN').actorId;
  expect(await requestOf(tenant, id)).toMatchObject({ kind: 'dropped-file', requested_by: owner });
  await approve(tenant, id);
  await processUpload(stored, DELIVERY);
  expect(await uploads.uploadOf(stored)).toMatchObject({ state: 'COMPLETED', accepted: 1 });
  expect(await registerOf(tenant)).toEqual({ A: 'Ann 1', B: 'Bob 400' });
});

test('a dry run waits for nobody', async () => {
  const { ops } = await issuer();
  expect((await ops.load(file('A,Ann,1'), { dry_run: 'true' })).body).toMatchObject({
    state: 'COMPLETED',
    dry_run: true,
  });
});

test('the database lets nothing go on that nobody has approved', async () => {
  const { tenant, ops } = await issuer();
  const { id } = (await ops.load(file('A,Ann,1'))).body;
  const client = await database.connectAsApp();
  try {
    await client.query('begin');
    await client.query(`select set_config('app.tenant_id', $1, true)`, [tenant.id]);
    await expect(
      client.query(`update uploads set state = 'VALIDATING', approved_by = $2 where id = $1`, [
        id,
        tenant.as('COMPLIANCE').actorId,
      ]),
    ).rejects.toMatchObject({ constraint: 'uploads_approved_by_request' });
  } finally {
    await client.end();
  }
});

describe('a file of payees', () => {
  const KYC = 'payee,status\n';
  const ACCOUNTS = 'payee,routing_number,account_number,account_type,holder_name\n';
  const ROUTING = '121042882';
  const OTHER_BANK = '021000021';

  /** A tenant with the payees A and B, entered by OPS, and its files of payees. */
  async function payees(type: 'ISSUER' | 'SPONSOR') {
    const tenant = await insertTestTenant(database.admin, type);
    const by = tenant.as('OPS').actorId;
    for (const payee of ['A', 'B', 'C'])
      await database.admin.query(
        type === 'ISSUER'
          ? 'insert into shareholders (tenant_id, external_ref, name, identified_by) values ($1, $2, $2, $3)'
          : 'insert into participants (tenant_id, employee_id, identified_by) values ($1, $2, $3)',
        [tenant.id, payee, by],
      );
    return {
      tenant,
      kyc: new RegisterFiles(aws, tenant.as('OPS'), 'kyc'),
      accounts: new RegisterFiles(aws, tenant.as('OPS'), 'accounts'),
    };
  }

  async function loaded(
    tenant: TestTenant,
    files: RegisterFiles,
    content: string,
    filename = 'payees.csv',
  ): Promise<TestResponse> {
    const waiting = await files.load(content, {}, filename);
    expect(waiting.body, waiting.text).toMatchObject({ state: 'AWAITING_APPROVAL', recorded: null });
    await approve(tenant, waiting.body.id);
    await files.process(waiting.body.id);
    return files.get(waiting.body.id);
  }

  async function statusesOf({ id, type }: TestTenant): Promise<Record<string, string>> {
    const { rows } = await database.admin.query<{ payee: string; kyc_status: string }>(
      type === 'ISSUER'
        ? 'select external_ref as payee, kyc_status from shareholders where tenant_id = $1 order by 1'
        : 'select employee_id as payee, kyc_status from participants where tenant_id = $1 order by 1',
      [id],
    );
    return Object.fromEntries(rows.map(({ payee, kyc_status }) => [payee, kyc_status]));
  }

  async function reasonsOf({ id, type }: TestTenant) {
    const { rows } = await database.admin.query(
      `select kyc_status, kyc_reason, kyc_effective_date::text as day from ${type === 'ISSUER' ? 'shareholders' : 'participants'}
       where tenant_id = $1 order by ${type === 'ISSUER' ? 'external_ref' : 'employee_id'}`,
      [id],
    );
    return rows;
  }

  /** The accounts of a tenant, the oldest first, and whether each may be paid into now. */
  async function accountsOf({ id }: TestTenant) {
    const { rows } = await database.admin.query(
      `select coalesce(s.external_ref, a.employee_id) as payee, a.account_last4, a.approval, a.upload_id, a.entered_by, a.approved_by,
         a.account_number_sealed, a.id, round(extract(epoch from a.usable_from - now()) / 3600)::int as hours
       from bank_accounts a left join shareholders s on s.tenant_id = a.tenant_id and s.id = a.shareholder_id
       where a.tenant_id = $1 order by a.created_at, payee`,
      [id],
    );
    return rows;
  }

  const errorsOf = ({ body }: TestResponse): [number, string, string][] =>
    body.errors.map(({ line, column, code }: { line: number; column: string; code: string }) => [
      line,
      column,
      code,
    ]);

  describe.each(['ISSUER', 'SPONSOR'] as const)('of an %s', (type) => {
    test('is shown line by line, and sets the KYC status once another person has approved it', async () => {
      const { tenant, kyc } = await payees(type);
      const content = `${KYC}A,VERIFIED\nB,UNVERIFIED\nC,REJECTED\nD,VERIFIED\nA,REJECTED\nC,verified\n`;
      const dry = await kyc.load(content, { dry_run: 'true' });
      const changes = {
        ...{
          created: 0,
          changed: 2,
          unchanged: 1,
          absent: null,
          by_class: [],
          largest: null,
          look_alikes: null,
        },
        by_status: [
          { before: 'UNVERIFIED', after: 'REJECTED', payees: 1 },
          { before: 'UNVERIFIED', after: 'VERIFIED', payees: 1 },
        ],
      };
      expect(dry.body).toMatchObject({ state: 'COMPLETED', rows: 6, accepted: 3, rejected: 3, changes });
      expect(errorsOf(dry)).toEqual([
        [5, 'payee', 'unknown-payee'],
        [6, 'payee', 'duplicate-payee'],
        [7, 'status', 'unknown-value'],
      ]);
      expect(await objectText(aws, `errors/${tenant.id}/${dry.body.id}-changes.csv`)).toBe(
        [
          'payee,status,reason,effective_date,vestry_line,vestry_status_before',
          'A,VERIFIED,,,2,UNVERIFIED',
          'C,REJECTED,,,4,UNVERIFIED',
          '',
        ].join('\r\n'),
      );

      const { body } = await kyc.load(content);
      expect(body).toMatchObject({ state: 'AWAITING_APPROVAL', changes });
      expect(await requestOf(tenant, body.id)).toMatchObject({
        kind: 'kyc-file',
        before: null,
        after: { sha256: body.sha256, accepted: 3, changed: 2, by_status: changes.by_status },
        requested_by: tenant.as('OPS').actorId,
      });
      expect(await statusesOf(tenant)).toEqual({ A: 'UNVERIFIED', B: 'UNVERIFIED', C: 'UNVERIFIED' });
      await approve(tenant, body.id);
      await kyc.process(body.id);
      expect((await kyc.get(body.id)).body).toMatchObject({
        ...{ state: 'COMPLETED', accepted: 3, rejected: 3, recorded: 2, unchanged: 1 },
        changes,
      });
      const set = { A: 'VERIFIED', B: 'UNVERIFIED', C: 'REJECTED' };
      expect(await statusesOf(tenant)).toEqual(set);

      const again = await kyc.load(content);
      expect(again.body).toMatchObject({ state: 'COMPLETED', accepted: 3, recorded: 0, unchanged: 3 });
      expect(await statusesOf(tenant)).toEqual(set);
    });

    test('says why a status is set, and of which day the check is', async () => {
      const { tenant, kyc } = await payees(type);
      const rows = [
        'payee,reason,status,effective_date',
        'A,"Passport seen, copy kept",VERIFIED,2026-02-28',
        'B,,REJECTED,',
        'C,Too soon,VERIFIED,2199-01-01',
        'D,No day,VERIFIED,2026-02-29',
        `E,${'x'.repeat(201)},VERIFIED,`,
        '',
      ];
      const { body } = await loaded(tenant, kyc, rows.join('\n'));
      expect(body).toMatchObject({ state: 'COMPLETED', accepted: 2, rejected: 3, recorded: 2 });
      expect(
        body.errors.map(({ line, column, code }: Record<string, unknown>) => [line, column, code]),
      ).toEqual([
        [4, 'effective_date', 'in-future'],
        [5, 'effective_date', 'invalid-date'],
        [6, 'reason', 'too-long'],
      ]);
      expect(await reasonsOf(tenant)).toEqual([
        { kyc_status: 'VERIFIED', kyc_reason: 'Passport seen, copy kept', day: '2026-02-28' },
        { kyc_status: 'REJECTED', kyc_reason: null, day: null },
        { kyc_status: 'UNVERIFIED', kyc_reason: null, day: null },
      ]);
      // Our own list of what a file has changed is loaded again, and changes nothing; what is wrong comes back with its reason.
      const list = await objectText(aws, `errors/${tenant.id}/${body.id}-changes.csv`);
      expect(list).toContain('A,VERIFIED,"Passport seen, copy kept",2026-02-28,2,UNVERIFIED');
      expect((await kyc.load(list)).body).toMatchObject({ state: 'COMPLETED', recorded: 0, unchanged: 2 });
      expect(await objectText(aws, `errors/${tenant.id}/${body.id}.csv`)).toContain(
        'C,VERIFIED,Too soon,2199-01-01,',
      );
      // A later check replaces the earlier one, with whatever it says.
      const json = JSON.stringify([{ payee: 'A', status: 'PENDING', reason: ' ', effective_date: '' }]);
      await loaded(tenant, kyc, json, 'kyc.json');
      expect((await reasonsOf(tenant))[0]).toEqual({ kyc_status: 'PENDING', kyc_reason: null, day: null });
    });

    test('adds accounts, each of which cools off, and nobody has to approve again', async () => {
      const { tenant, accounts } = await payees(type);
      const row = (payee: string, number: string, bank = ROUTING) =>
        `${payee},${bank},${number},CHECKING,${payee}\n`;
      const first = `${ACCOUNTS}${row('A', '0001234567')}${row('B', '7654321')}`;
      const { body } = await loaded(tenant, accounts, first);
      expect(body).toMatchObject({
        ...{ state: 'COMPLETED', accepted: 2, recorded: 2, unchanged: 0 },
        changes: { created: 2, changed: 0, unchanged: 0 },
      });
      const by = { entered_by: tenant.as('OPS').actorId, approved_by: tenant.as('COMPLIANCE').actorId };
      const filed = { ...by, approval: 'APPROVED', hours: 24, upload_id: body.id };
      expect(await accountsOf(tenant)).toMatchObject([
        { ...filed, payee: 'A', account_last4: '4567' },
        { ...filed, payee: 'B', account_last4: '4321' },
      ]);
      const again = await accounts.load(first);
      expect(again.body).toMatchObject({ state: 'COMPLETED', recorded: 0, unchanged: 2 });

      // The old account is paid into until the new one has cooled off, and an account of the same last digits is another one.
      await database.admin.query(`update bank_accounts set usable_from = now() where tenant_id = $1`, [
        tenant.id,
      ]);
      const second = `${ACCOUNTS}${row('A', '99994567')}${row('B', '7654321', OTHER_BANK)}`;
      expect((await loaded(tenant, accounts, second)).body).toMatchObject({
        changes: { created: 0, changed: 2, unchanged: 0 },
      });
      const usable = await database.admin.query('select id from payable_accounts where tenant_id = $1', [
        tenant.id,
      ]);
      const all = await accountsOf(tenant);
      expect(all.map(({ account_last4 }) => account_last4)).toEqual(['4567', '4321', '4567', '4321']);
      expect(usable.rows.map(({ id }) => id).sort()).toEqual(
        all
          .slice(0, 2)
          .map(({ id }) => id)
          .sort(),
      );
      // A, then B, then A again: A's numbers.
      expect((await loaded(tenant, accounts, first)).body).toMatchObject({ recorded: 2 });
      expect(await accountsOf(tenant)).toHaveLength(6);

      // Banks that are asked for new accounts are asked for those of files too.
      await database.admin.query(
        `insert into payment_settings (tenant_id, channel, ach_originator, bank_profile) values ($1, 'NACHA_FILE', '{}', '{"prenotes": true}')
         on conflict (tenant_id) do update set channel = excluded.channel, ach_originator = '{}', bank_profile = excluded.bank_profile`,
        [tenant.id],
      );
      await loaded(tenant, accounts, `${ACCOUNTS}${row('A', '33334568')}`);
      const { rows } = await database.admin.query(
        'select account_last4 from bank_accounts where tenant_id = $1 and prenote = $2',
        [tenant.id, 'WAITING'],
      );
      expect(rows).toEqual([{ account_last4: '4568' }]);
    });
  });

  test('leaves no account number behind: not in errors, lists, approvals, trail, events, messages or tables', async () => {
    const { tenant, accounts } = await payees('ISSUER');
    const numbers = [
      '55501234567',
      '66601234567',
      '77701234567',
      '88801234567',
      '99901234567',
      '44401234567',
    ];
    const [good, unknown, wrongBank, shifted, swapped, spaced] = numbers;
    const content = [
      ACCOUNTS.trim(),
      `A,${ROUTING},${good},CHECKING,Ann`,
      `Z,${ROUTING},${unknown},CHECKING,Zed`,
      `B,121042883,${wrongBank},CHECKING,Bob`,
      `B,Bob,${ROUTING},${shifted},CHECKING,Bob`,
      `${swapped},${ROUTING},B,CHECKING,Bob`,
      `C,${ROUTING},444 0123-4567,CHECKING,Cy ${spaced}`,
    ].join('\n');
    await takeMessages(aws.endpoint, 'vestry-test-rejected-rows');
    const { body } = await loaded(tenant, accounts, content);
    expect(body).toMatchObject({ state: 'COMPLETED', accepted: 1, rejected: 5 });
    const errors = await objectText(aws, `errors/${tenant.id}/${body.id}.csv`);
    expect(
      errors
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.split(',').slice(0, 5).join()),
    ).toEqual([
      `Z,${ROUTING},****4567,CHECKING,Zed`,
      'B,****2883,****4567,CHECKING,Bob',
      'B,Bob,****2882,****4567,"CHECKING',
      `****4567,${ROUTING},****,CHECKING,Bob`,
      `C,${ROUTING},****4567,CHECKING,Cy ****4567`,
    ]);
    const { rows: tables } = await database.admin.query<{ name: string }>(
      `select table_name as name from information_schema.columns
       where table_schema = 'vestry' and column_name = 'tenant_id' and table_name in (
         select table_name from information_schema.tables where table_schema = 'vestry' and table_type = 'BASE TABLE')`,
    );
    const places = [
      errors,
      await objectText(aws, `errors/${tenant.id}/${body.id}-changes.csv`),
      JSON.stringify(body),
      JSON.stringify((await new Approvals(tenant.as('COMPLIANCE')).list()).body),
      JSON.stringify(await takeMessages(aws.endpoint, 'vestry-test-rejected-rows')),
    ];
    for (const { name } of tables) {
      const { rows } = await database.admin.query(
        `select t::text as row from ${name} t where tenant_id = $1`,
        [tenant.id],
      );
      places.push(JSON.stringify(rows));
    }
    expect(tables.length).toBeGreaterThan(50);
    for (const place of places) for (const number of numbers) expect(place).not.toContain(number);

    // Whoever corrects the errors file gives the numbers again; until then nothing of it is loaded.
    expect((await accounts.load(errors)).body).toMatchObject({
      state: 'COMPLETED',
      accepted: 0,
      rejected: 5,
    });
    expect(await accountsOf(tenant)).toHaveLength(1);
  });

  test('is approved by nobody who has uploaded it, and KYC only by who verifies payees', async () => {
    const { tenant } = await payees('ISSUER');
    const admin = tenant.as('ADMIN');
    const kyc = new RegisterFiles(aws, tenant.as('OPS'), 'kyc');
    const accounts = new RegisterFiles(aws, admin, 'accounts');
    const waiting = [
      (await accounts.load(`${ACCOUNTS}A,${ROUTING},12345678,SAVINGS,Ann\n`)).body.id,
      (await kyc.load(`${KYC}A,VERIFIED\n`)).body.id,
    ];
    for (const id of waiting) {
      const request = await requestOf(tenant, id);
      const refused = await new Approvals(admin).approve(String(request.id));
      expect(refused, refused.text).toMatchObject({
        status: 403,
        body: { type: '/problems/four-eyes' },
      });
    }
    expect(await accountsOf(tenant)).toEqual([]);
    expect((await statusesOf(tenant)).A).toBe('UNVERIFIED');
  });

  test('verifies nobody whom its approver has entered, or for whom they have proposed an account', async () => {
    const { tenant, kyc } = await payees('ISSUER');
    const compliance = tenant.as('COMPLIANCE').actorId;
    await database.admin.query(
      `update shareholders set identified_by = $2 where tenant_id = $1 and external_ref = 'A'`,
      [tenant.id, compliance],
    );
    // B's account came by a file of a user whom the approver has made.
    const { id: upload } = (
      await loaded(
        tenant,
        new RegisterFiles(aws, tenant.as('ADMIN'), 'accounts'),
        `${ACCOUNTS}B,${ROUTING},12345678,SAVINGS,Bob\n`,
      )
    ).body;
    await database.admin.query('update users set made_by = $2 where id = $1', [
      tenant.as('ADMIN').actorId,
      compliance,
    ]);
    const result = await loaded(tenant, kyc, `${KYC}A,VERIFIED\nB,VERIFIED\nC,VERIFIED\n`);
    expect(errorsOf(result)).toEqual([
      [2, 'status', 'not-independent'],
      [3, 'status', 'not-independent'],
    ]);
    expect(await statusesOf(tenant)).toEqual({ A: 'UNVERIFIED', B: 'UNVERIFIED', C: 'VERIFIED' });
    expect(await accountsOf(tenant)).toMatchObject([{ payee: 'B', upload_id: upload }]);
  });

  test('takes nothing back that somebody has changed since it was received', async () => {
    const { tenant, kyc, accounts } = await payees('ISSUER');
    const statuses = (await kyc.load(`${KYC}A,VERIFIED\nB,VERIFIED\nC,VERIFIED\n`)).body.id;
    const numbers = (
      await accounts.load(`${ACCOUNTS}A,${ROUTING},11112222,SAVINGS,Ann\nB,${ROUTING},33334444,SAVINGS,Bob\n`)
    ).body.id;
    await database.admin.query(
      `update shareholders set kyc_status = 'REJECTED' where tenant_id = $1 and external_ref = 'A'`,
      [tenant.id],
    );
    await database.admin.query(
      `update shareholders set status = 'CLOSED' where tenant_id = $1 and external_ref = 'B'`,
      [tenant.id],
    );
    await database.admin.query(
      `insert into bank_accounts (tenant_id, shareholder_id, routing_number, account_number_sealed, account_last4, account_type, holder_name)
       select tenant_id, id, $2, 'x', '9999', 'CHECKING', 'Ann' from shareholders where tenant_id = $1 and external_ref = 'A'`,
      [tenant.id, ROUTING],
    );
    for (const id of [statuses, numbers]) await approve(tenant, id);
    await kyc.process(statuses);
    await accounts.process(numbers);
    const ofStatuses = await kyc.get(statuses);
    expect(errorsOf(ofStatuses)).toEqual([
      [2, 'status', 'changed-since-received'],
      [3, 'payee', 'holder-closed'],
    ]);
    expect(ofStatuses.body.errors[0].message).toContain('set to REJECTED');
    expect(await statusesOf(tenant)).toEqual({ A: 'REJECTED', B: 'UNVERIFIED', C: 'VERIFIED' });
    const ofNumbers = await accounts.get(numbers);
    expect(errorsOf(ofNumbers)).toEqual([
      [2, 'payee', 'changed-since-received'],
      [3, 'payee', 'holder-closed'],
    ]);
    expect(await accountsOf(tenant)).toMatchObject([{ payee: 'A', account_last4: '9999' }]);
  });

  test('doesn’t bring back an account that the bank has blocked', async () => {
    const { tenant, accounts } = await payees('ISSUER');
    const content = `${ACCOUNTS}A,${ROUTING},11112222,SAVINGS,Ann\n`;
    await loaded(tenant, accounts, content);
    await database.admin.query(
      `update bank_accounts set status = 'BLOCKED', status_reason = 'R03' where tenant_id = $1`,
      [tenant.id],
    );
    const again = await accounts.load(content);
    expect(again.body).toMatchObject({ state: 'COMPLETED', accepted: 0, rejected: 1 });
    expect(errorsOf(again)).toEqual([[2, 'account_number', 'account-blocked']]);
    expect(await accountsOf(tenant)).toHaveLength(1);
  });

  test('of accounts is held to its approval by the database', async () => {
    const { tenant, accounts } = await payees('ISSUER');
    const { id } = (await accounts.load(`${ACCOUNTS}A,${ROUTING},11112222,SAVINGS,Ann\n`)).body;
    const insert = `insert into bank_accounts (tenant_id, shareholder_id, routing_number, account_number_sealed, account_last4, account_type, holder_name,
        approval, upload_id, entered_by, approved_by)
      select tenant_id, id, '121042882', 'x', '9999', 'CHECKING', 'Ann', 'APPROVED', $2::uuid, $3::uuid, $3::uuid
      from shareholders where tenant_id = $1 and external_ref = 'A'`;
    const client = await database.connectAsApp();
    try {
      await client.query('begin');
      await client.query(`select set_config('app.tenant_id', $1, true)`, [tenant.id]);
      await expect(
        client.query(insert, [tenant.id, id, tenant.as('COMPLIANCE').actorId]),
      ).rejects.toMatchObject({
        constraint: 'bank_accounts_approved_by_request',
      });
    } finally {
      await client.end();
    }
  });
});
