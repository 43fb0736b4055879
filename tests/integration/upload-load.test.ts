import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queueUrlVariable } from '#contracts/resources.ts';
import type { ExpectedRow } from '#local/sample/sample-register.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { daysAgo, Register } from '#tests/support/register.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import {
  DELIVERY,
  type DropFolder,
  dropFolder,
  objectText,
  registerOf,
  sampleFile,
  storeFile,
  takeMessages,
  UPLOAD_HEADER,
  unbalancedHolders,
} from '#tests/support/uploads.ts';
import type { StoredFile } from '#uploads/intake/upload-event.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

const REJECTED = 'vestry-test-rejected-rows';

let database: TestDatabase;
let aws: TestAws;
let uploads: DropFolder;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
  uploads = dropFolder(database.admin, aws);
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const newTenant = (type: 'ISSUER' | 'SPONSOR' = 'ISSUER') => insertTestTenant(database.admin, type);

/** Runs statements as the application role would, in one transaction. */
async function asTenant(of: TestTenant, ...statements: string[]): Promise<void> {
  const client = await database.connectAsApp();
  await client.query('begin');
  await client.query(`select set_config('app.tenant_id', $1, true)`, [of.id]);
  for (const statement of statements) await client.query(statement);
  await client.query('commit');
  await client.end();
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
    const { bytes, expected } = sampleFile(6_000, format);
    const upload = await uploads.load(bytes, of, `register.${format}`);
    const bad = expected.filter(({ code }) => code !== undefined);
    expect(upload).toMatchObject({
      state: 'COMPLETED',
      rows: 6_000,
      accepted: 6_000 - bad.length,
      rejected: bad.length,
      bytes_total: BigInt(bytes.length),
      bytes_done: BigInt(bytes.length),
      failure: null,
      request_id: DELIVERY.requestId,
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
    const creators = 'select distinct created_by from shareholders where tenant_id = $1';
    expect((await database.admin.query(creators, [of.id])).rows).toEqual([{ created_by: upload.created_by }]);
    expect(upload.created_by).not.toBeNull();

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
  const first = await uploads.load(
    `${UPLOAD_HEADER}A,Ann,a@example.com,1\nB,=Bob,b@example.com,x\nC,"Carl, Sr",,-5\nA,Twice,,9\n`,
    of,
  );
  expect(first).toMatchObject({ accepted: 1, rejected: 3 });
  const errorsFile = await objectText(aws, first.errors_key);
  const corrected = errorsFile.replace(',x,', ',2,').replace(",'-5,", ',5,').replace('A,Twice', 'D,Twice');
  const second = await uploads.load(corrected, of);
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

test('more rejected rows than are held in memory are all reported', async () => {
  const of = await newTenant();
  await takeMessages(aws.endpoint, REJECTED);
  const rows = 32_000;
  const upload = await uploads.load(`${UPLOAD_HEADER}A,N,,1\n${'A,N,,x\n'.repeat(rows)}`, of);
  expect(upload).toMatchObject({ rows: rows + 1, accepted: 1, rejected: rows });
  const messages = await takeMessages(aws.endpoint, REJECTED);
  const told = messages.flatMap((message) => (message.rows as { n: number }[]).map(({ n }) => n));
  expect(new Set(told).size).toBe(rows);
  const [, ...lines] = (await objectText(aws, upload.errors_key)).trimEnd().split('\n');
  expect(lines).toHaveLength(rows);
});

test('of more rows than are compared says what it has changed, first and again', async () => {
  const of = await newTenant();
  const rows = Array.from({ length: 10_001 }, (_, n) => `H-${String(n).padStart(5, '0')},Holder,,1\n`);
  // Statistics that know other tenants alone, as those of a register that was just loaded.
  await uploads.load(UPLOAD_HEADER + rows.slice(0, 500).join(''), await newTenant());
  await database.admin.query('analyze');
  const sums = (before: string, after: string, moved: string) => ({
    by_class: [{ security_class: 'COMMON', before, after, moved }],
  });
  const first = await uploads.load(UPLOAD_HEADER + rows.join(''), of);
  expect(first.changes).toEqual({
    ...{ created: 10_001, changed: 0, unchanged: 0, absent: 0 },
    ...sums('0', '10001', '10001'),
  });
  expect(first.changes_key).toBeNull();
  const again = await uploads.load(`${UPLOAD_HEADER}H-00000,Holder,,3\n${rows.slice(2).join('')}`, of);
  expect(again.changes).toMatchObject({
    ...{ created: 0, changed: 1, unchanged: 9_999, absent: 1 },
    ...sums('10001', '10003', '2'),
    largest: [{ line: 2, external_ref: 'H-00000', before: '1', after: '3' }],
  });
  expect((await objectText(aws, again.changes_key)).trim().split('\r\n')).toHaveLength(2);
  // A few rows are compared with the whole register too, and a search reads it.
  const few = await uploads.load(`${UPLOAD_HEADER}H-00000,Holder,,4\nh-00002,Other,,1\n`, of);
  expect(few.changes).toMatchObject({
    ...{ created: 1, changed: 1, unchanged: 0, absent: 10_000 },
    look_alikes: [{ line: 3, external_ref: 'h-00002', like: 'H-00002' }],
  });
  const found = await new Register(of.as('OPS')).list({ external_ref: 'H-00001' });
  expect(found.body.data).toMatchObject([{ external_ref: 'H-00001', holdings: '1' }]);
});

test('what the queue of rejected rows does not take keeps the upload from ending, and the next delivery ends it', async () => {
  const of = await newTenant();
  const file = await uploads.drop(`${UPLOAD_HEADER}A,N,,1\nB,N,,x\n`, of);
  const variable = queueUrlVariable('rejected-rows');
  const url = process.env[variable];
  process.env[variable] = `${url}-gone`;
  await expect(processUpload(file, DELIVERY)).rejects.toThrow();
  process.env[variable] = url;
  expect((await uploads.uploadOf(file)).state).toBe('VALIDATING');
  expect(await foundRegister(of)).toEqual([]);
  await processUpload(file, DELIVERY);
  expect(await uploads.uploadOf(file)).toMatchObject({ state: 'COMPLETED', accepted: 1, rejected: 1 });
});

test('queues, audit and events hold no personal data', async () => {
  const of = await newTenant();
  await takeMessages(aws.endpoint, REJECTED);
  aws.events.length = 0;
  const upload = await uploads.load(
    `${UPLOAD_HEADER}canary-ref,Canary Name,canary@example.com,x\nCanary,Name,canary-ref,1,2\n`,
    of,
    'canary.csv',
  );
  const told = JSON.stringify([await takeMessages(aws.endpoint, REJECTED), aws.events]);
  expect(told).not.toMatch(/Canary|canary@|canary\.csv/);
  expect(told).toContain('"external_ref":"canary-ref"');
  const { rows: audit } = await database.admin.query('select * from audit_log where tenant_id = $1', [of.id]);
  expect(audit).toMatchObject([
    { action: 'upload.validating', resource: `uploads/${upload.id}` },
    { action: 'upload.completed', resource: `uploads/${upload.id}`, actor_role: 'SYSTEM', actor_id: null },
  ]);
  expect(JSON.stringify(audit)).not.toMatch(/canary/i);
  expect(aws.events).toMatchObject([{ event: { 'detail-type': 'upload.completed' } }]);
});

describe('a register that says more of its holders', () => {
  const HEADER =
    'external_ref,name,holdings,kind,given_name,family_name,phone,address_line_1,address_line_2,city,region,postal_code,country';

  async function holdersOf(of: TestTenant) {
    const { rows } = await database.admin.query(
      `select external_ref, name, kind, given_name, family_name, phone, address, postal_address, kyc_status, version
       from shareholders where tenant_id = $1 order by external_ref`,
      [of.id],
    );
    return Object.fromEntries(rows.map(({ external_ref, ...row }) => [external_ref, row]));
  }

  test('loads the parts of names and addresses, names each bad cell, and changes nothing when it comes again', async () => {
    const of = await newTenant();
    await uploads.load(`${UPLOAD_HEADER}A,Ada Old,,1\nK,Kay Known,,7\n`, of);
    await database.admin.query(
      `update shareholders set kyc_status = 'VERIFIED' where tenant_id = $1 and external_ref = 'K'`,
      [of.id],
    );
    const rows = [
      'A,,1,,Ada,Lovelace,,1 Main St,Floor 2,Springfield,IL,62701,US',
      'B,Beta Ltd,2,ORGANISATION,,,+1 555,"1, High Street",,London,,,GB',
      'C,Okafor Chi,3,PERSON,Chi,Okafor,,,,,,,',
      'K,Kay Known,7,,Kay,Known,,,,,,,',
      'D,Dee,4,,,,,1 Main St,,,,,UK',
      'E,Eve,5,,,,,,,Paris,,,FR',
      'F,Fay,6,,,,,1 Rue,,Paris,,,',
      'G,Gil Ltd,7,ORGANISATION,Gil,,,,,,,,',
      'H,Hal,8,Person,,,,,,,,,',
      `I,Ian,9,,,,,${'x'.repeat(81)},,,,,US`,
      'J,,10,,,,,,,,,,',
      'L,Lou,11,,,,a\u0007b,,,,,,',
    ];
    const upload = await uploads.load(`${HEADER}\n${rows.join('\n')}\n`, of);
    expect(upload).toMatchObject({ state: 'COMPLETED', accepted: 4, rejected: 8 });
    expect(upload.changes).toMatchObject({ created: 2, changed: 2, unchanged: 0 });
    expect(
      upload.errors.map(({ line, column, code }: Record<string, unknown>) => [line, column, code]),
    ).toEqual([
      [6, 'country', 'unknown-value'],
      [7, 'address_line_1', 'required'],
      [8, 'country', 'required'],
      [9, 'kind', 'unknown-value'],
      [10, 'kind', 'unknown-value'],
      [11, 'address_line_1', 'too-long'],
      [12, 'name', 'required'],
      [13, 'phone', 'control-character'],
    ]);
    const loaded = await holdersOf(of);
    expect(loaded).toMatchObject({
      A: {
        ...{ name: 'Ada Lovelace', kind: 'PERSON', given_name: 'Ada', family_name: 'Lovelace', phone: null },
        address: '1 Main St, Floor 2, Springfield IL 62701, US',
        postal_address: {
          lines: ['1 Main St', 'Floor 2'],
          city: 'Springfield',
          region: 'IL',
          postal_code: '62701',
          country: 'US',
        },
      },
      B: {
        ...{ name: 'Beta Ltd', kind: 'ORGANISATION', given_name: null, phone: '+1 555' },
        address: '1, High Street, London, GB',
      },
      C: {
        name: 'Okafor Chi',
        given_name: 'Chi',
        family_name: 'Okafor',
        address: null,
        postal_address: null,
      },
      // The parts of a known name say nothing new of who somebody is.
      K: { name: 'Kay Known', kind: 'PERSON', given_name: 'Kay', kyc_status: 'VERIFIED' },
    });
    // The errors file has the cells; once they are right, its rows load.
    const errors = await objectText(aws, upload.errors_key);
    expect(errors.split('\r\n')[1]).toMatch(/^D,Dee,,4,,,,,,1 Main St,,,,,,UK,6,country,unknown-value,/);
    expect(
      await uploads.load(errors.replace(',,UK,6,country,unknown-value', ',,GB,6,country,'), of),
    ).toMatchObject({ accepted: 1 });
    expect((await holdersOf(of)).D).toMatchObject({ address: '1 Main St, GB' });
    const again = await uploads.load(`${HEADER}\n${rows.slice(0, 4).reverse().join('\n')}\n`, of);
    expect(again.changes).toMatchObject({ created: 0, changed: 0, unchanged: 4 });
    expect(await holdersOf(of)).toMatchObject(loaded);
  });

  test('leaves alone what it doesn’t speak of, and parts go with the text that they made', async () => {
    const of = await newTenant();
    await uploads.load(
      `${HEADER}\nA,,1,,Ada,Lovelace,+1,1 Main St,,,,,US\nB,,1,,Bo,Bell,,1 Main St,,,,,US\n`,
      of,
    );
    const before = await holdersOf(of);
    const plain = await uploads.load(
      `${UPLOAD_HEADER}A,Ada Lovelace,a@example.com,2\nB,Bo Bell-Smith,,1\n`,
      of,
    );
    expect(plain.changes).toMatchObject({ changed: 2 });
    expect(await holdersOf(of)).toMatchObject({
      A: { ...before.A, version: 2 },
      B: {
        name: 'Bo Bell-Smith',
        kind: 'PERSON',
        given_name: null,
        family_name: null,
        address: '1 Main St, US',
      },
    });
    await uploads.load(
      'external_ref,name,holdings,address\nA,Ada Lovelace,2,Poste restante\nB,Bo Bell-Smith,1,"1 Main St, US"\n',
      of,
    );
    expect(await holdersOf(of)).toMatchObject({
      A: { given_name: 'Ada', address: 'Poste restante', postal_address: null, phone: '+1' },
      B: { postal_address: { lines: ['1 Main St'], country: 'US' }, version: 2 },
    });
    await uploads.load(
      'external_ref,name,holdings,address_line_1,country\nA,Ada Lovelace,2,,\nB,Bo Bell-Smith,1,,\n',
      of,
    );
    expect(await holdersOf(of)).toMatchObject({
      A: { address: 'Poste restante' },
      B: { address: null, postal_address: null },
    });
  });

  test('of several classes and days says the same of a holder in each row', async () => {
    const of = await newTenant();
    await declareClasses(database.admin, of, 'PREF');
    const header = 'external_ref,given_name,family_name,holdings,security_class';
    const upload = await uploads.load(
      `${header}\nA,Ada,Lovelace,1,\nA,Ada,Lovelace,2,PREF\nB,Bo,Bell,1,\nB,Bob,Bell,2,PREF\nC,Al,Ex-Is,1,\nC,Al Ex-Is,,2,PREF\n`,
      of,
    );
    expect(upload).toMatchObject({ accepted: 4, rejected: 2 });
    expect(
      upload.errors.map(({ line, column, code }: Record<string, unknown>) => [line, column, code]),
    ).toEqual([
      [5, 'name', 'conflicting-name'],
      [7, null, 'conflicting-name'],
    ]);
    expect(await holdersOf(of)).toMatchObject({
      A: { name: 'Ada Lovelace', given_name: 'Ada' },
      B: { name: 'Bo Bell' },
    });
    const json =
      '[{"external_ref":"A","given_name":"Ada","family_name":"King","holdings":1,"security_class":"COMMON","country":"GB","address_line_1":" 1 Main St "},{"external_ref":"Z","name":"Zed","holdings":1,"country":5}]';
    expect(await uploads.load(json, of, 'more.json')).toMatchObject({
      accepted: 1,
      errors: [{ column: 'country', code: 'wrong-type' }],
    });
    expect((await holdersOf(of)).A).toMatchObject({ name: 'Ada King', address: '1 Main St, GB' });
  });
});

describe('the order of receipt', () => {
  const heldBy = async (of: TestTenant) =>
    Object.fromEntries(
      (await registerOf(database.admin, of.id)).map(({ external_ref, holdings }) => [
        external_ref,
        Number(holdings),
      ]),
    );

  test('a transfer that was answered while a file waited for its worker stays, and its rows say so', async () => {
    const of = await newTenant();
    await uploads.load(`${UPLOAD_HEADER}A,Ann,,600\nB,Bob,,600\nC,Cy,,600\n`, of);
    const register = new Register(of.as('OPS'));
    const received = new Date().toISOString();
    const file = await uploads.drop(`${UPLOAD_HEADER}A,Ann,,601\nB,Bob,,599\nC,Cyrus,,602\n`, of);
    const { data } = (await register.list()).body;
    const [from_shareholder_id, to_shareholder_id] = data.map(({ id }: { id: string }) => id);
    const order = { from_shareholder_id, to_shareholder_id, quantity: '1', effective_date: daysAgo(0) };
    expect((await register.transfer(order)).status).toBe(201);
    await processUpload({ ...file, storedAt: received }, DELIVERY);
    const upload = await uploads.uploadOf(file);
    expect(upload).toMatchObject({ state: 'COMPLETED', accepted: 1, rejected: 2 });
    expect(upload.errors).toMatchObject([
      {
        line: 2,
        column: 'holdings',
        code: 'changed-since-received',
        message: expect.stringMatching(/has 601 shares, and the register 599/),
      },
      {
        line: 3,
        code: 'changed-since-received',
        message: expect.stringMatching(/has 599 shares, and the register 601/),
      },
    ]);
    expect(await heldBy(of)).toEqual({ A: 599, B: 601, C: 602 });
  });

  test.each([
    ['the newer first', [1, 0]],
    ['the older first', [0, 1]],
  ])('two files: the newer counts, whichever worker is faster: %s', async (_, order) => {
    const of = await newTenant();
    await uploads.load(`${UPLOAD_HEADER}A,Ann,,1000\nB,Bob,,1000\n`, of);
    const older = { at: new Date().toISOString(), rows: 'A,Ann,,1001\nB,Bob,,1002\n' };
    const files = [];
    for (const { at, rows } of [
      older,
      { at: new Date(Date.parse(older.at) + 1).toISOString(), rows: 'A,Ann,,1003\n' },
    ])
      files.push({ ...(await uploads.drop(`${UPLOAD_HEADER}${rows}`, of)), storedAt: at });
    for (const index of order) await processUpload(files[index] as StoredFile, DELIVERY);
    expect(await heldBy(of)).toEqual({ A: 1003, B: 1002 });
    const [first, second] = await Promise.all(files.map(uploads.uploadOf));
    expect(second).toMatchObject({ accepted: 1, rejected: 0 });
    expect(first).toMatchObject(order[0] === 0 ? { accepted: 2, rejected: 0 } : { accepted: 1, rejected: 1 });
  });
});

describe('one file again', () => {
  test('changes nothing and is answered with the first upload; another tenant loads it', async () => {
    const [of, other] = [await newTenant(), await newTenant()];
    const { bytes } = sampleFile(500);
    const first = await uploads.load(bytes, of);
    const before = await registerOf(database.admin, of.id);
    const { accepted, rejected, rows, errors, errors_key, sha256 } = first;
    expect(await uploads.load(bytes, of)).toMatchObject({
      ...{ state: 'COMPLETED', duplicate_of: first.id, accepted, rejected, rows, errors, errors_key, sha256 },
    });
    expect(await registerOf(database.admin, of.id)).toEqual(before);
    expect(await uploads.load(bytes, other)).toMatchObject({
      state: 'COMPLETED',
      duplicate_of: null,
      accepted,
    });
    expect(await registerOf(database.admin, other.id)).toEqual(before);
  });

  test('is loaded anew once the register has changed: A, then B, then A again gives A', async () => {
    const of = await newTenant();
    const [a, b] = [`${UPLOAD_HEADER}A,Ann,,10\nB,Bob,,10\n`, `${UPLOAD_HEADER}A,Ann,,10.5\nB,Bob,,10\n`];
    const held = async () =>
      (await registerOf(database.admin, of.id)).map(({ holdings }) => Number(holdings));
    const first = await uploads.load(a, of);
    await uploads.load(b, of);
    expect(await held()).toEqual([10.5, 10]);
    const again = await uploads.load(a, of);
    expect(again).toMatchObject({ state: 'COMPLETED', duplicate_of: null, accepted: 2 });
    expect(await held()).toEqual([10, 10]);
    expect(await uploads.load(a, of)).toMatchObject({ duplicate_of: again.id });
    expect(await uploads.load(b, of)).toMatchObject({ duplicate_of: null });
    expect(await held()).toEqual([10.5, 10]);
    await asTenant(of, `update shareholders set name = 'Renamed', updated_at = now()`);
    expect(await uploads.load(b, of)).toMatchObject({ duplicate_of: null });
    expect((await registerOf(database.admin, of.id)).map(({ name }) => name)).toEqual(['Ann', 'Bob']);
    expect(first.duplicate_of).toBeNull();
  });

  test('at once loads once', async () => {
    const of = await newTenant();
    const { bytes } = sampleFile(2_000);
    const dropped = [
      await uploads.drop(bytes, of),
      await uploads.drop(bytes, of),
      await uploads.drop(bytes, of),
    ];
    await Promise.all(dropped.slice(0, 2).map((file) => processUpload(file, DELIVERY)));
    await processUpload(dropped[2] as StoredFile, DELIVERY);
    const ended = await Promise.all(dropped.map(uploads.uploadOf));
    expect(ended.map(({ state }) => state)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
    expect(ended.filter(({ duplicate_of }) => duplicate_of === null)).toHaveLength(1);
    expect(
      (await registerOf(database.admin, of.id)).every(
        ({ version, entries }) => version === 1 && Number(entries) <= 1,
      ),
    ).toBe(true);
  });

  test('the same event delivered many times is one upload', async () => {
    const of = await newTenant();
    const file = await uploads.drop(sampleFile(1_000).bytes, of);
    await Promise.all([processUpload(file, DELIVERY), processUpload(file, DELIVERY)]);
    await processUpload(file, DELIVERY);
    expect(await uploads.uploadOf(file)).toMatchObject({ state: 'COMPLETED', duplicate_of: null });
    const { rows } = await database.admin.query(
      `select count(*)::int from audit_log where tenant_id = $1 and action = 'upload.completed'`,
      [of.id],
    );
    expect(rows).toEqual([{ count: 1 }]);
    expect(await unbalancedHolders(database.admin, of.id)).toEqual([]);
  });

  test('after a failed attempt is loaded', async () => {
    const of = await newTenant();
    const bytes = `${UPLOAD_HEADER}A,N,,1\n`;
    await database.admin.query(`update tenants set status = 'SUSPENDED' where id = $1`, [of.id]);
    expect(await uploads.load(bytes, of)).toMatchObject({
      state: 'FAILED',
      failure: expect.stringMatching(/^tenant-suspended: /),
    });
    await database.admin.query(`update tenants set status = 'ACTIVE' where id = $1`, [of.id]);
    expect(await uploads.load(bytes, of)).toMatchObject({
      state: 'COMPLETED',
      duplicate_of: null,
      accepted: 1,
    });
  });
});

test.each([
  ['has been disabled', `status = 'DISABLED'`],
  ['may upload no more', `role = 'COMPLIANCE'`],
])('a file whose uploader %s since is not loaded, and says so', async (_, change) => {
  const of = await newTenant();
  const id = randomUUID();
  const key = `incoming/${of.id}/${id}`;
  await database.admin.query(
    `insert into uploads (tenant_id, id, kind, door, filename, object_key, request_id, created_by)
     values ($1, $2, 'shareholders', 'PRESIGNED', 'x.csv', $3, 'r', $4)`,
    [of.id, id, key, of.as('OPS').actorId],
  );
  const file = await storeFile(aws, key, `${UPLOAD_HEADER}A,N,,1\n`);
  await database.admin.query(`update users set ${change} where id = $1`, [of.as('OPS').actorId]);
  await processUpload(file, DELIVERY);
  expect(await uploads.uploadOf(file)).toMatchObject({
    state: 'FAILED',
    accepted: 0,
    failure: expect.stringMatching(/^uploader-put-out: /),
  });
  expect(await foundRegister(of)).toEqual([]);
});

test('a dry run finds the same and writes nothing', async () => {
  const of = await newTenant();
  const { bytes, expected } = sampleFile(800);
  const id = '0197a000-0000-7000-8000-0000000000aa';
  const key = `incoming/${of.id}/${id}`;
  await database.admin.query(
    `insert into uploads (tenant_id, id, kind, door, filename, dry_run, object_key, request_id, created_by)
     values ($1, $2, 'shareholders', 'PRESIGNED', 'x.csv', true, $3, 'r', $4)`,
    [of.id, id, key, of.as('OPS').actorId],
  );
  const file = await storeFile(aws, key, bytes);
  await processUpload(file, DELIVERY);
  const bad = expected.filter(({ code }) => code !== undefined).length;
  const upload = await uploads.uploadOf(file);
  expect(upload).toMatchObject({ state: 'COMPLETED', dry_run: true, rejected: bad, accepted: 800 - bad });
  expect((await objectText(aws, upload.errors_key)).split('vestry_error_line')).toHaveLength(2);
  expect(await registerOf(database.admin, of.id)).toEqual([]);
  expect(await uploads.load(bytes, of)).toMatchObject({ duplicate_of: null, accepted: 800 - bad });
});
