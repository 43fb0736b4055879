import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { handler } from '#functions/workers/validate-upload.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { testContext } from '#tests/support/request.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import {
  DELIVERY,
  type DropFolder,
  dropFolder,
  registerOf,
  storeFile,
  takeMessages,
  UPLOAD_HEADER,
} from '#tests/support/uploads.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

// Nobody wants a gigabyte in a test: the store says of one file that it is larger than it is.
vi.mock('#platform/storage/objects.ts', async (load) => {
  const objects = await load<typeof import('#platform/storage/objects.ts')>();
  const headObject: typeof objects.headObject = async (version) => {
    const head = await objects.headObject(version);
    return head && version.key.endsWith('/huge.csv') ? { ...head, bytes: 1_000_000_001 } : head;
  };
  return { ...objects, headObject };
});

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

describe('a file that is no table fails, writes nothing and says why', () => {
  test.each<[string, string | Buffer, string]>([
    ['empty.csv', '', 'empty-file'],
    ['x.csv', gzipSync(UPLOAD_HEADER), 'compressed-file'],
    ['x.csv', Buffer.from('external_ref', 'utf16le'), 'unsupported-encoding'],
    ['x.csv', 'external_ref,name\nA,N\n', 'missing-header'],
    ['x.csv', 'external_ref,name,holdings,name\nA,N,1,N\n', 'duplicate-header'],
    ['x.csv', `${UPLOAD_HEADER}A,N,,1\nB,"N,,1\nC,N,,1\n`, 'unclosed-quote'],
    ['x.json', '[{"external_ref":"A","name":"N","holdings":1}', 'truncated-json'],
    ['x.json', '{"external_ref":"A"}', 'not-an-array'],
    ['huge.csv', `${UPLOAD_HEADER}A,N,,1\n`, 'too-large'],
    ['x.xlsx', 'PK', 'unknown-format'],
    ['deeper/x.csv', UPLOAD_HEADER, 'unknown-mapping'],
    ['far/deeper/x.csv', UPLOAD_HEADER, 'unknown-folder'],
  ])('%s of %#: %s', async (name, content, code) => {
    const of = await newTenant();
    await takeMessages(aws.endpoint, REJECTED);
    const upload = await uploads.load(content, of, name);
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
    const { rows } = await database.admin.query(
      'select action from audit_log where tenant_id = $1 order by id',
      [of.id],
    );
    expect(rows.map(({ action }) => action)).toEqual(['upload.validating', 'upload.failed']);
  });

  test('names the line', async () => {
    expect((await uploads.load(`${UPLOAD_HEADER}A,N,,1\nB,"N,,1\n`, await newTenant())).failure).toMatch(
      / \(line 3\)$/,
    );
  });

  test('a sponsor has no register, and a folder without a tenant is ignored', async () => {
    const of = await newTenant('SPONSOR');
    expect((await uploads.load(UPLOAD_HEADER, of)).failure).toMatch(/^wrong-tenant: /);
    const { rows: before } = await database.admin.query('select count(*) from uploads');
    const lost = await storeFile(aws, 'drop/no-such-tenant/shareholders/x.csv', UPLOAD_HEADER);
    await processUpload(lost, DELIVERY);
    await processUpload(
      await storeFile(aws, 'drop/vestry-platform/shareholders/x.csv', UPLOAD_HEADER),
      DELIVERY,
    );
    expect((await database.admin.query('select count(*) from uploads')).rows).toEqual(before);
  });
});

test('the handler reads S3 events with encoded keys, and finishes those of the test that S3 sends', async () => {
  const of = await newTenant();
  const file = await uploads.drop(`${UPLOAD_HEADER}A,N,,1\n`, of, 'märz 1+2.csv');
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
    record('2', {
      Records: [
        {
          eventName: 'ObjectCreated:Put',
          userIdentity: { principalId: file.principalId },
          s3: { bucket: { name: 'b' }, object },
        },
      ],
    }),
    record('3', { nothing: 'of ours' }),
  ];
  const answer = await handler({ Records } as never, testContext());
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '3' }] });
  expect(await uploads.uploadOf(file)).toMatchObject({
    state: 'COMPLETED',
    filename: 'märz 1+2.csv',
    accepted: 1,
  });
});
