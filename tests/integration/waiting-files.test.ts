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
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:vestry:problem:change-outdated' } });
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
