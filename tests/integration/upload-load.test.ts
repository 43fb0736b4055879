import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler } from '#functions/workers/validate-upload.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { testContext } from '#tests/support/request.ts';
import { type ExpectedRow, sampleRegister } from '#tests/support/sample-register.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import {
  objectText,
  processInChild,
  registerOf,
  storeFile,
  takeMessages,
  unbalancedHolders,
} from '#tests/support/uploads.ts';
import { processUpload } from '#uploads/process-upload.ts';
import type { StoredFile } from '#uploads/upload-event.ts';
import type { UploadFormat } from '#uploads/upload-row.ts';

const HEADER = 'external_ref,name,email,holdings\n';
const REJECTED = 'vestry-test-rejected-rows';
const about = { requestId: 'request-of-the-test', isLast: false };

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const newTenant = (type: 'ISSUER' | 'SPONSOR' = 'ISSUER') => insertTestTenant(database.admin, type);

/** As the application role would, in one transaction. */
async function asTenant(of: TestTenant, ...statements: string[]): Promise<void> {
  const client = await database.connectAsApp();
  await client.query('begin');
  await client.query(`select set_config('app.tenant_id', $1, true)`, [of.id]);
  for (const statement of statements) await client.query(statement);
  await client.query('commit');
  await client.end();
}

let files = 0;
async function drop(content: string | Buffer, of: TestTenant, name?: string): Promise<StoredFile> {
  files += 1;
  return storeFile(aws, `drop/${of.slug}/shareholders/${name ?? `file ${files}.csv`}`, content);
}

// biome-ignore lint/suspicious/noExplicitAny: a row is asserted on, and an assertion on a wrong column fails
async function uploadOf(file: StoredFile): Promise<any> {
  const { rows } = await database.admin.query(
    'select * from uploads where object_key = $1 and object_ref = $2',
    [file.key, file.ref],
  );
  expect(rows).toHaveLength(1);
  return rows[0];
}

async function load(content: string | Buffer, of: TestTenant, name?: string) {
  const file = await drop(content, of, name);
  await processUpload(file, about);
  return uploadOf(file);
}

function sample(
  rows: number,
  format: UploadFormat = 'csv',
  seed = 3,
): { bytes: Buffer; expected: ExpectedRow[] } {
  const chunks = [...sampleRegister({ rows, seed, format })];
  return {
    bytes: Buffer.concat(chunks.map(({ bytes }) => bytes)),
    expected: chunks.flatMap(({ rows }) => [...rows]),
  };
}

function expectedRegister(expected: readonly ExpectedRow[]) {
  const good = expected.filter(({ code }) => code === undefined).map(({ values }) => values);
  return good
    .map((values) => ({
      external_ref: values?.external_ref,
      name: values?.name,
      email: values?.email,
      holdings: Number(values?.holdings),
    }))
    .sort((a, b) => ((a.external_ref ?? '') < (b.external_ref ?? '') ? -1 : 1));
}

async function foundRegister(of: TestTenant) {
  return (await registerOf(database.admin, of.id)).map(({ external_ref, name, email, holdings }) => ({
    external_ref,
    name,
    email,
    holdings: Number(holdings),
  }));
}

describe.each(['csv', 'json', 'ndjson'] as const)('a mixed register as %s', (format) => {
  test('is accounted for to the row, in the register, the errors file and the queue', async () => {
    const of = await newTenant();
    await takeMessages(aws.endpoint, REJECTED);
    const { bytes, expected } = sample(6_000, format);
    const upload = await load(bytes, of, `register.${format}`);
    const bad = expected.filter(({ code }) => code !== undefined);
    expect(upload).toMatchObject({
      state: 'COMPLETED',
      rows: 6_000,
      accepted: 6_000 - bad.length,
      rejected: bad.length,
      bytes_total: BigInt(bytes.length),
      bytes_done: BigInt(bytes.length),
      failure: null,
      request_id: about.requestId,
    });
    expect(upload.errors.map(({ line, code }: ExpectedRow) => [line, code])).toEqual(
      bad.slice(0, 50).map(({ line, code }) => [line, code]),
    );
    expect(await foundRegister(of)).toEqual(expectedRegister(expected));
    expect(await unbalancedHolders(database.admin, of.id)).toEqual([]);
    const { rows: sources } = await database.admin.query(
      'select distinct reason, source from position_entries where tenant_id = $1',
      [of.id],
    );
    expect(sources).toEqual([{ reason: 'upload', source: `upload:${upload.id}` }]);

    const messages = await takeMessages(aws.endpoint, REJECTED);
    const told = messages.flatMap(({ rows }) => rows as { n: number; line: number; code: string }[]);
    expect(told.map(({ line, code }) => [line, code]).sort()).toEqual(
      bad.map(({ line, code }) => [line, code]).sort(),
    );
    expect(new Set(told.map(({ n }) => n)).size).toBe(bad.length);
    // The first hundred can be looked at one by one.
    expect(messages).toHaveLength(100 + Math.ceil((bad.length - 100) / 25));
    expect(messages[0]).toMatchObject({ tenant_id: of.id, upload_id: upload.id });
    const errorsFile = await objectText(aws, upload.errors_key);
    expect(errorsFile.match(/^external_ref,name,email,holdings,vestry_error_line/)).not.toBeNull();
  });
});

test('the errors file, corrected and uploaded again, completes the register', async () => {
  const of = await newTenant();
  const first = await load(
    `${HEADER}A,Ann,a@example.com,1\nB,=Bob,b@example.com,x\nC,"Carl, Sr",,-5\nA,Twice,,9\n`,
    of,
  );
  expect(first).toMatchObject({ accepted: 1, rejected: 3 });
  const errorsFile = await objectText(aws, first.errors_key);
  const corrected = errorsFile.replace(',x,', ',2,').replace(",'-5,", ',5,').replace('A,Twice', 'D,Twice');
  const second = await load(corrected, of);
  expect(second).toMatchObject({ state: 'COMPLETED', rows: 3, accepted: 3, rejected: 0, warnings: [] });
  expect(
    (await foundRegister(of)).map(({ external_ref, name, holdings }) => [external_ref, name, holdings]),
  ).toEqual([
    ['A', 'Ann', 1],
    ['B', '=Bob', 2],
    ['C', 'Carl, Sr', 5],
    ['D', 'Twice', 9],
  ]);
});

test('queues, audit and events hold nothing personal', async () => {
  const of = await newTenant();
  await takeMessages(aws.endpoint, REJECTED);
  aws.events.length = 0;
  const upload = await load(
    `${HEADER}canary-ref,Canary Name,canary@example.com,x\nCanary,Name,canary-ref,1,2\n`,
    of,
    'canary.csv',
  );
  const told = JSON.stringify([await takeMessages(aws.endpoint, REJECTED), aws.events]);
  expect(told).not.toMatch(/Canary|canary@|canary\.csv/);
  expect(told).toContain('"external_ref":"canary-ref"');
  const { rows: audit } = await database.admin.query('select * from audit_log where tenant_id = $1', [of.id]);
  expect(audit).toMatchObject([
    { action: 'upload.completed', resource: `uploads/${upload.id}`, actor_role: 'SYSTEM', actor_id: null },
  ]);
  expect(JSON.stringify(audit)).not.toMatch(/canary/i);
  expect(aws.events).toMatchObject([{ event: { 'detail-type': 'upload.completed' } }]);
});

describe('one file again', () => {
  test('is a no-op that answers the first upload; another tenant loads it', async () => {
    const [of, other] = [await newTenant(), await newTenant()];
    const { bytes } = sample(500);
    const first = await load(bytes, of);
    const before = await registerOf(database.admin, of.id);
    await asTenant(of, `update shareholders set name = 'Renamed', version = 9`);
    const { accepted, rejected, rows, errors, errors_key, sha256 } = first;
    expect(await load(bytes, of)).toMatchObject({
      ...{ state: 'COMPLETED', duplicate_of: first.id, accepted, rejected, rows, errors, errors_key, sha256 },
    });
    expect((await registerOf(database.admin, of.id)).every(({ name }) => name === 'Renamed')).toBe(true);
    expect(await load(bytes, other)).toMatchObject({ state: 'COMPLETED', duplicate_of: null, accepted });
    expect(await registerOf(database.admin, other.id)).toEqual(before);
  });

  test('at once loads once', async () => {
    const of = await newTenant();
    const { bytes } = sample(2_000);
    const dropped = [await drop(bytes, of), await drop(bytes, of), await drop(bytes, of)];
    await Promise.all(dropped.slice(0, 2).map((file) => processUpload(file, about)));
    await processUpload(dropped[2] as StoredFile, about);
    const uploads = await Promise.all(dropped.map(uploadOf));
    expect(uploads.map(({ state }) => state)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
    expect(uploads.filter(({ duplicate_of }) => duplicate_of === null)).toHaveLength(1);
    expect(
      (await registerOf(database.admin, of.id)).every(
        ({ version, entries }) => version === 1 && Number(entries) <= 1,
      ),
    ).toBe(true);
  });

  test('the same event delivered many times is one upload', async () => {
    const of = await newTenant();
    const file = await drop(sample(1_000).bytes, of);
    await Promise.all([processUpload(file, about), processUpload(file, about)]);
    await processUpload(file, about);
    expect(await uploadOf(file)).toMatchObject({ state: 'COMPLETED', duplicate_of: null });
    const { rows } = await database.admin.query(
      `select count(*)::int from audit_log where tenant_id = $1 and action = 'upload.completed'`,
      [of.id],
    );
    expect(rows).toEqual([{ count: 1 }]);
    expect(await unbalancedHolders(database.admin, of.id)).toEqual([]);
  });

  test('after a failed attempt is loaded', async () => {
    const of = await newTenant();
    const bytes = `${HEADER}A,N,,1\n`;
    await database.admin.query(`update tenants set status = 'SUSPENDED' where id = $1`, [of.id]);
    expect(await load(bytes, of)).toMatchObject({
      state: 'FAILED',
      failure: expect.stringMatching(/^tenant-suspended: /),
    });
    await database.admin.query(`update tenants set status = 'ACTIVE' where id = $1`, [of.id]);
    expect(await load(bytes, of)).toMatchObject({ state: 'COMPLETED', duplicate_of: null, accepted: 1 });
  });
});

describe('rows', () => {
  test('of a repeated reference: the first wins, each later one names its line', async () => {
    const of = await newTenant();
    const upload = await load(
      `${HEADER}B,first,,1\nA,one,,2\n B ,second,,3\nC,c,,x\nC,good,,4\nB,third,,5\n`,
      of,
    );
    expect(upload).toMatchObject({ rows: 6, accepted: 3, rejected: 3 });
    const message = 'The same external_ref is already on line 2.';
    expect(upload.errors).toEqual([
      { line: 4, column: 'external_ref', code: 'duplicate-external-ref', message },
      expect.objectContaining({ line: 5, code: 'invalid-number' }),
      { line: 7, column: 'external_ref', code: 'duplicate-external-ref', message },
    ]);
    expect((await foundRegister(of)).map(({ name }) => name)).toEqual(['one', 'first', 'good']);
  });

  test('that are all the same reference are as many errors but one', async () => {
    const upload = await load(`${HEADER}${'A,N,,1\n'.repeat(20_000)}`, await newTenant());
    expect(upload).toMatchObject({ rows: 20_000, accepted: 1, rejected: 19_999 });
  });

  test('of closed holders are refused; the rest lands', async () => {
    const of = await newTenant();
    await load(`${HEADER}A,Ann,,1\nB,Bob,,0\n`, of);
    await database.admin.query(
      `update shareholders set status = 'CLOSED' where tenant_id = $1 and external_ref = 'B'`,
      [of.id],
    );
    const upload = await load(`${HEADER}A,Ann,,5\nB,Bob,,7\n`, of);
    expect(upload).toMatchObject({ accepted: 1, rejected: 1 });
    expect(upload.errors).toMatchObject([{ line: 3, code: 'holder-closed' }]);
    expect(await foundRegister(of)).toMatchObject([{ holdings: 5 }, { holdings: 0 }]);
  });

  test('below what a holder has in other classes are refused', async () => {
    const of = await newTenant();
    await load(`${HEADER}A,Ann,,10\nB,Bob,,10\n`, of);
    await asTenant(
      of,
      `select set_config('app.ledger_security_class', 'PREF', true)`,
      'update shareholders set holdings = 15',
    );
    const upload = await load(`${HEADER}A,Ann,,4.9\nB,Bob,,5\n`, of);
    expect(upload).toMatchObject({ accepted: 1, rejected: 1 });
    expect(upload.errors).toMatchObject([{ line: 2, column: 'holdings', code: 'holds-other-classes' }]);
    expect(await foundRegister(of)).toMatchObject([{ holdings: 15 }, { holdings: 5 }]);
    expect(await unbalancedHolders(database.admin, of.id)).toEqual([]);
  });

  test('change what they speak of: no email column leaves emails, an empty cell clears one', async () => {
    const of = await newTenant();
    await load(`${HEADER}A,Ann,a@example.com,1\nB,Bob,b@example.com,1\n`, of);
    await load('external_ref,name,holdings\nA,Ann B,2\nB,Bob,1\n', of);
    expect(await registerOf(database.admin, of.id)).toMatchObject([
      { name: 'Ann B', email: 'a@example.com', version: 2, entries: 2 },
      { email: 'b@example.com', version: 1, entries: 1 },
    ]);
    await load(
      '{"external_ref":"A","name":"Ann B","holdings":2}\n{"external_ref":"B","name":"Bob","holdings":1,"email":null}\n',
      of,
      'x.ndjson',
    );
    expect(await registerOf(database.admin, of.id)).toMatchObject([
      { email: 'a@example.com', version: 2 },
      { email: null, version: 2, entries: 1 },
    ]);
    const { rows: names } = await database.admin.query(
      'select name from shareholder_names where tenant_id = $1',
      [of.id],
    );
    expect(names).toEqual([{ name: 'Ann' }]);
  });

  test('that nobody knows are named in warnings; a header alone completes', async () => {
    const of = await newTenant();
    expect(await load('external_ref,name,holdings,tenant_id\n', of)).toMatchObject({
      ...{ state: 'COMPLETED', rows: 0, accepted: 0, rejected: 0, errors_key: null },
      warnings: [{ column: 'tenant_id', code: 'unknown-column' }],
    });
  });
});

describe('a file that is no table fails, writes nothing and says why', () => {
  test.each<[string, string | Buffer, string]>([
    ['empty.csv', '', 'empty-file'],
    ['x.csv', gzipSync(HEADER), 'compressed-file'],
    ['x.csv', Buffer.from('\ufeffexternal_ref', 'utf16le'), 'unsupported-encoding'],
    ['x.csv', 'external_ref,name\nA,N\n', 'missing-header'],
    ['x.csv', 'external_ref,name,holdings,name\nA,N,1,N\n', 'duplicate-header'],
    ['x.csv', `${HEADER}A,N,,1\nB,"N,,1\nC,N,,1\n`, 'unclosed-quote'],
    ['x.json', '[{"external_ref":"A","name":"N","holdings":1}', 'truncated-json'],
    ['x.json', '{"external_ref":"A"}', 'not-an-array'],
    ['x.xlsx', 'PK', 'unknown-format'],
    ['deeper/x.csv', HEADER, 'unknown-folder'],
  ])('%s of %#: %s', async (name, content, code) => {
    const of = await newTenant();
    await takeMessages(aws.endpoint, REJECTED);
    const upload = await load(content, of, name);
    expect(upload).toMatchObject({
      state: 'FAILED',
      rows: 0,
      accepted: 0,
      rejected: 0,
      errors: [],
      errors_key: null,
    });
    expect(upload.failure).toMatch(new RegExp(`^${code}: `));
    expect(await registerOf(database.admin, of.id)).toEqual([]);
    expect(await takeMessages(aws.endpoint, REJECTED)).toEqual([]);
    const { rows } = await database.admin.query('select action from audit_log where tenant_id = $1', [of.id]);
    expect(rows).toEqual([{ action: 'upload.failed' }]);
  });

  test('names the line', async () => {
    expect((await load(`${HEADER}A,N,,1\nB,"N,,1\n`, await newTenant())).failure).toMatch(/ \(line 3\)$/);
  });

  test('a sponsor has no register; the folder of nobody is left alone', async () => {
    const of = await newTenant('SPONSOR');
    expect((await load(HEADER, of)).failure).toMatch(/^wrong-tenant: /);
    const { rows: before } = await database.admin.query('select count(*) from uploads');
    const lost = await storeFile(aws, 'drop/no-such-tenant/shareholders/x.csv', HEADER);
    await processUpload(lost, about);
    await processUpload(await storeFile(aws, 'drop/vestry-platform/shareholders/x.csv', HEADER), about);
    expect((await database.admin.query('select count(*) from uploads')).rows).toEqual(before);
  });
});

test('a dry run finds the same and writes nothing', async () => {
  const of = await newTenant();
  const { bytes, expected } = sample(800);
  const id = '0197a000-0000-7000-8000-0000000000aa';
  const key = `incoming/${of.id}/${id}`;
  await database.admin.query(
    `insert into uploads (tenant_id, id, kind, door, filename, dry_run, object_key, request_id)
     values ($1, $2, 'shareholders', 'PRESIGNED', 'x.csv', true, $3, 'r')`,
    [of.id, id, key],
  );
  const file = await storeFile(aws, key, bytes);
  await processUpload(file, about);
  const bad = expected.filter(({ code }) => code !== undefined).length;
  const upload = await uploadOf(file);
  expect(upload).toMatchObject({ state: 'COMPLETED', dry_run: true, rejected: bad, accepted: 800 - bad });
  expect((await objectText(aws, upload.errors_key)).split('vestry_error_line')).toHaveLength(2);
  expect(await registerOf(database.admin, of.id)).toEqual([]);
  expect(await load(bytes, of)).toMatchObject({ duplicate_of: null, accepted: 800 - bad });
});

describe('a worker that is killed', () => {
  let reference: Record<string, unknown>[];
  const { bytes } = sample(20_000);
  const expectSame = async (of: TestTenant, file: StoredFile) => {
    await processUpload(file, about);
    expect(await uploadOf(file)).toMatchObject({ state: 'COMPLETED', rows: 20_000 });
    expect(await registerOf(database.admin, of.id)).toEqual(reference);
    expect(await unbalancedHolders(database.admin, of.id)).toEqual([]);
    const { rows } = await database.admin.query(
      `select (select count(*)::int from audit_log where tenant_id = $1) as audited,
         (select count(*)::int from outbox where tenant_id = $1) as events`,
      [of.id],
    );
    expect(rows).toEqual([{ audited: 1, events: 1 }]);
  };

  beforeAll(async () => {
    const of = await newTenant();
    await load(bytes, of);
    reference = await registerOf(database.admin, of.id);
  });

  test.each(['upload.staged', 'upload.reported', 'upload.written', 'upload.completed'])(
    'at %s and whose message comes again ends in the same rows',
    async (point) => {
      const of = await newTenant();
      const file = await drop(bytes, of);
      const crashDirectory = mkdtempSync(join(tmpdir(), 'vestry-crash-'));
      writeFileSync(join(crashDirectory, point), '');
      expect(await processInChild(file, { crashDirectory })).toBe(1);
      rmSync(crashDirectory, { recursive: true });
      await expectSame(of, file);
    },
  );

  test.each([50, 150, 300, 600])('%i ms after it began ends in the same rows', async (killAfterMs) => {
    const of = await newTenant();
    const file = await drop(bytes, of);
    await processInChild(file, { killAfterMs });
    await expectSame(of, file);
  });

  test('on the last delivery leaves a failed upload, which a redrive takes up', async () => {
    const of = await newTenant();
    const file = await drop(`${HEADER}A,N,,1\n`, of);
    await database.admin.query(
      `create function vestry.fail() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
       create trigger broken before insert on shareholders for each statement execute function vestry.fail()`,
    );
    await expect(processUpload(file, about)).rejects.toThrow('broken');
    expect(await uploadOf(file)).toMatchObject({ state: 'VALIDATING' });
    await expect(processUpload(file, { ...about, isLast: true })).rejects.toThrow('broken');
    expect(await uploadOf(file)).toMatchObject({
      state: 'FAILED',
      failure: expect.stringMatching(/^internal-error: /),
    });
    await database.admin.query('drop trigger broken on shareholders; drop function vestry.fail()');
    await processUpload(file, about);
    expect(await uploadOf(file)).toMatchObject({ state: 'COMPLETED', accepted: 1, failure: null });
  });
});

test('the handler reads S3 events with encoded keys, and finishes those of the test that S3 sends', async () => {
  const of = await newTenant();
  const file = await drop(`${HEADER}A,N,,1\n`, of, 'märz 1+2.csv');
  const key = encodeURIComponent(file.key).replaceAll('%20', '+').replaceAll('%2F', '/');
  const object = {
    key,
    size: file.bytes,
    eTag: file.ref.split(':')[0],
    sequencer: file.ref.split(':')[1],
    versionId: file.versionId,
  };
  const record = (messageId: string, body: object) => ({
    messageId,
    receiptHandle: 'none',
    body: JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
  });
  const Records = [
    record('1', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }),
    record('2', { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'b' }, object } }] }),
    record('3', { nothing: 'of ours' }),
  ];
  const answer = await handler({ Records } as never, testContext());
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '3' }] });
  expect(await uploadOf(file)).toMatchObject({ state: 'COMPLETED', filename: 'märz 1+2.csv', accepted: 1 });
});
