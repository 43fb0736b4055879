import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChecksumAlgorithm, createChecksum } from '#aws/endpoint/checksums.ts';
import { type AwsEndpoint, startAwsEndpoint } from '#aws/endpoint/endpoint.ts';
import { keyPath } from '#aws/endpoint/s3/key-path.ts';
import type { QueueSpec } from '#aws/endpoint/sqs/queue.ts';
import { AWS_CLIS } from './aws-clis.ts';

const run = promisify(execFile);
const REGION = 'eu-central-1';

const SECRET = 'a-secret-of-the-test';
const Bucket = 'uploads';
const MIB = 1024 * 1024;

const queue: QueueSpec = {
  name: 'created',
  arn: `arn:aws:sqs:${REGION}:111122223333:created`,
  visibilityTimeoutSeconds: 30,
  delaySeconds: 0,
  retentionSeconds: 3600,
  receiveWaitSeconds: 0,
};

const TRANSITIONS = [
  { prefix: 'all/', largerThanBytes: 0, afterDays: 90, storageClass: 'GLACIER_IR' },
  { prefix: 'large/', afterDays: 30, storageClass: 'GLACIER' },
  { prefix: 'large/', afterDays: 400, storageClass: 'DEEP_ARCHIVE' },
];
/** The days by which the clock of the buckets is ahead. */
let daysAhead = 0;

let dataDir: string;
let endpoint: AwsEndpoint;
let s3: S3Client;

function start(): Promise<AwsEndpoint> {
  return startAwsEndpoint({
    port: 0,
    dataDir,
    region: REGION,
    accountId: '111122223333',
    accessKeyId: 'AKIDLOCAL',
    secretAccessKey: SECRET,
    buckets: [
      {
        name: Bucket,
        versioned: true,
        notifications: [{ queueArn: queue.arn, events: ['s3:ObjectCreated:*'], prefix: 'drop/' }],
      },
      { name: 'plain', versioned: false, notifications: [] },
      { name: 'kept', versioned: true, notifications: [], transitions: TRANSITIONS },
    ],
    queues: [queue],
    eventBuses: [],
    secrets: [],
    now: () => new Date(Date.now() + daysAhead * 86_400_000),
    onEvent: () => undefined,
  });
}

function client(overrides: object = {}): S3Client {
  const credentials = { accessKeyId: 'AKIDLOCAL', secretAccessKey: SECRET };
  return new S3Client({ endpoint: endpoint.url, region: REGION, credentials, maxAttempts: 1, ...overrides });
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'aws-endpoint-'));
  endpoint = await start();
  s3 = client();
});

afterAll(async () => {
  await endpoint.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function bytesOf(Key: string, extra: object = {}): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...extra }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

describe('objects', () => {
  test('a buffer, a stream and an empty object come back as they were', async () => {
    const body = randomBytes(3 * MIB + 17);
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'x/buffer',
        Body: body,
        ContentType: 'text/csv',
        Metadata: { tenant: 'acme' },
      }),
    );
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'x/stream',
        Body: Readable.from([body.subarray(0, 5), body.subarray(5)]),
        ContentLength: body.length,
      }),
    );
    await s3.send(new PutObjectCommand({ Bucket, Key: 'x/empty', Body: '' }));

    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'x/buffer', ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({
      ContentLength: body.length,
      ContentType: 'text/csv',
      Metadata: { tenant: 'acme' },
    });
    expect(head.ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
    expect(head.ChecksumCRC32).toBe(put.ChecksumCRC32);
    expect(put.VersionId).toBe(head.VersionId);
    expect((await bytesOf('x/buffer')).equals(body)).toBe(true);
    expect((await bytesOf('x/stream')).equals(body)).toBe(true);
    expect(await bytesOf('x/empty')).toHaveLength(0);
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'verifies %s and refuses a wrong one',
    async (name) => {
      const body = randomBytes(70_000);
      const running = createChecksum(name.toLowerCase() as ChecksumAlgorithm);
      running.update(body);
      const checksum = running.digest();
      const parameter = `Checksum${name}`;
      const right = { Bucket, Key: `sum/${name}`, Body: body, [parameter]: checksum.toString('base64') };
      await s3.send(new PutObjectCommand(right));
      checksum[0] = (checksum[0] ?? 0) ^ 1;
      const wrong = new PutObjectCommand({ ...right, [parameter]: checksum.toString('base64') });
      await expect(s3.send(wrong)).rejects.toMatchObject({ name: 'BadDigest' });
    },
  );

  test('the CRC tables give the published check values', () => {
    const of = (name: ChecksumAlgorithm): string => {
      const running = createChecksum(name);
      running.update(Buffer.from('1234'));
      running.update(Buffer.from('56789'));
      return running.digest().toString('hex');
    };
    expect(of('crc32c')).toBe('e3069283');
    expect(of('crc64nvme')).toBe('ae8b14860a799888');
    expect(of('crc32')).toBe(crc32('123456789').toString(16));
  });

  test('ranges, conditions and response overrides', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'r', Body: '0123456789' }));
    expect((await bytesOf('r', { Range: 'bytes=2-4' })).toString()).toBe('234');
    expect((await bytesOf('r', { Range: 'bytes=-3' })).toString()).toBe('789');
    expect((await bytesOf('r', { Range: 'bytes=8-99' })).toString()).toBe('89');
    await expect(bytesOf('r', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
    await expect(bytesOf('r', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const { ETag, ContentDisposition } = await s3.send(
      new GetObjectCommand({ Bucket, Key: 'r', ResponseContentDisposition: 'attachment; filename="r.csv"' }),
    );
    expect(ContentDisposition).toBe('attachment; filename="r.csv"');
    await expect(bytesOf('r', { IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    const again = new PutObjectCommand({ Bucket, Key: 'r', Body: 'x', IfNoneMatch: '*' });
    await expect(s3.send(again)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  test('awkward keys stay distinct, inside the bucket', async () => {
    const keys = [
      'a',
      'a/b',
      'a/',
      'A',
      '../../escape',
      'x/../y',
      '%41',
      'ü +&=?#@ ',
      `${'long'.repeat(120)}/${'k'.repeat(500)}`,
      '@a',
      'a//b',
    ];
    for (const Key of keys)
      await s3.send(new PutObjectCommand({ Bucket: 'plain', Key, Body: `body of ${Key}` }));
    for (const Key of keys) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'plain', Key }));
      expect(await Body?.transformToString()).toBe(`body of ${Key}`);
    }
    expect(new Set(keys.map((key) => keyPath(key).toLowerCase())).size).toBe(keys.length);
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: 'plain' }));
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(
      keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    const ours = ['executions', 'objects', 'queues', 'secrets.json'];
    expect(ours).toEqual(expect.arrayContaining(await readdir(dataDir)));
    await s3.send(
      new DeleteObjectsCommand({ Bucket: 'plain', Delete: { Objects: keys.map((Key) => ({ Key })) } }),
    );
    expect(await readdir(join(dataDir, 'objects', 'plain'))).toEqual([]);
  });

  test('an overwritten object keeps its old version, and an unknown version is an error', async () => {
    const first = await s3.send(new PutObjectCommand({ Bucket, Key: 'v', Body: 'first' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'v', Body: 'second' }));
    expect((await bytesOf('v', { VersionId: first.VersionId })).toString()).toBe('first');
    await expect(bytesOf('v', { VersionId: 'nope' })).rejects.toMatchObject({ name: 'NoSuchVersion' });
    const deleted = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'v' }));
    expect(deleted.DeleteMarker).toBe(true);
    await expect(bytesOf('v')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await bytesOf('v', { VersionId: first.VersionId })).toString()).toBe('first');
  });

  test('versions are listed by key, the newest first, over pages, and with those of removed objects', async () => {
    const put = async (Key: string, Body: string) =>
      (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
    const written: [key: string, version: string | undefined, latest: boolean][] = [];
    for (const key of ['versions/a', 'versions/b b', 'versions/c']) {
      const [first, second] = [await put(key, '1'), await put(key, '2')];
      written.push([key, second, key !== 'versions/c'], [key, first, false]);
    }
    await put('versionless', 'x');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'versions/c' }));
    for (const MaxKeys of [1, 3, 1000]) {
      const listed: typeof written = [];
      let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
      for (let more = true; more; ) {
        const page: ListObjectVersionsCommandOutput = await s3.send(
          new ListObjectVersionsCommand({ Bucket, Prefix: 'versions/', MaxKeys, ...marker }),
        );
        for (const { Key = '', VersionId, IsLatest = false } of page.Versions ?? [])
          listed.push([Key, VersionId, IsLatest]);
        more = page.IsTruncated === true;
        marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
      expect(listed, String(MaxKeys)).toEqual(written);
    }
    const odd = new ListObjectVersionsCommand({ Bucket, VersionIdMarker: 'x' });
    await expect(s3.send(odd)).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  test('a locked object is not deleted', async () => {
    const ObjectLockRetainUntilDate = new Date(Date.now() + 60_000);
    const locked = {
      Bucket,
      Key: 'audit/1',
      Body: 'x',
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate,
    } as const;
    const { VersionId } = await s3.send(new PutObjectCommand(locked));
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'audit/1' }))).ObjectLockMode).toBe(
      'COMPLIANCE',
    );
    await expect(s3.send(new DeleteObjectCommand({ Bucket, Key: 'audit/1' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await expect(
      s3.send(new DeleteObjectCommand({ Bucket, Key: 'audit/1', VersionId })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3.send(new PutObjectCommand({ ...locked, Bucket: 'plain' }))).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
  });

  test('copies, lists with a delimiter over pages, and names its buckets', async () => {
    for (const Key of ['l/1', 'l/d/1', 'l/d/2', 'l/e/1', 'l/z'])
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'l/copy', CopySource: `${Bucket}/l/d/1` }));
    expect((await bytesOf('l/copy')).toString()).toBe('l/d/1');
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: 'l/', Delimiter: '/', MaxKeys: 2, ContinuationToken }),
      );
      seen.push(
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      );
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(seen.sort()).toEqual(['l/1', 'l/copy', 'l/d/', 'l/e/', 'l/z']);
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([
      'kept',
      'plain',
      Bucket,
    ]);
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(REGION);
    await s3.send(new HeadBucketCommand({ Bucket }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'other' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });
});

describe('strictness', () => {
  test('what is not implemented answers NotImplemented', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'n', Body: 'n' }));
    await expect(s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'n' }))).rejects.toMatchObject({
      name: 'NotImplemented',
    });
    const acl = new PutObjectCommand({ Bucket, Key: 'n', Body: 'n', ACL: 'public-read' });
    await expect(s3.send(acl)).rejects.toMatchObject({
      name: 'NotImplemented',
      $metadata: { httpStatusCode: 501 },
    });
  });

  test('a wrong secret, key or region is refused', async () => {
    const get = new GetObjectCommand({ Bucket, Key: 'n' });
    const wrongSecret = client({ credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'wrong' } });
    await expect(wrongSecret.send(get)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    const wrongKey = client({ credentials: { accessKeyId: 'OTHER', secretAccessKey: SECRET } });
    await expect(wrongKey.send(get)).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    expect((await fetch(`${endpoint.url}/${Bucket}/n`)).status).toBe(403);
  });

  test('a request refused before its body is read is answered, however large the body', async () => {
    const put = new PutObjectCommand({ Bucket: 'missing', Key: 'n', Body: Buffer.alloc(8 * MIB) });
    await expect(s3.send(put)).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test('a cut body stores nothing', async () => {
    const url = new URL(
      await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'cut' }), { expiresIn: 60 }),
    );
    const outcome = await new Promise((resolve) => {
      const sending = request(url, { method: 'PUT', headers: { 'content-length': 1000 } }, resolve);
      sending.on('error', resolve);
      sending.write('only this');
      setTimeout(() => sending.destroy(new Error('cut')), 50);
    });
    expect(outcome).toBeInstanceOf(Error);
    await expect(bytesOf('cut')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('presigned URLs', () => {
  const plain = { requestChecksumCalculation: 'WHEN_REQUIRED' };

  test('PUT and GET work, until they expire or are altered', async () => {
    const put = await getSignedUrl(
      client(plain),
      new PutObjectCommand({ Bucket, Key: 'p 1', ContentLength: 5 }),
      {
        expiresIn: 60,
        signableHeaders: new Set(['content-length']),
      },
    );
    expect((await fetch(put, { method: 'PUT', body: 'longer than five' })).status).toBe(403);
    expect((await fetch(put, { method: 'PUT', body: 'hello' })).status).toBe(200);
    const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'p 1' }), { expiresIn: 60 });
    expect(await (await fetch(get)).text()).toBe('hello');
    expect((await fetch(get.replace('p%201', 'p%202'))).status).toBe(403);
    const expired = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'p 1' }), {
      expiresIn: 60,
      signingDate: new Date(Date.now() - 61_000),
    });
    const refused = await fetch(expired);
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('Request has expired'),
    ]);
  });

  test('a signed SHA-256 binds the content', async () => {
    const ChecksumSHA256 = createHash('sha256').update('right').digest('base64');
    const url = await getSignedUrl(
      client(plain),
      new PutObjectCommand({ Bucket, Key: 'bound', ChecksumSHA256 }),
      { expiresIn: 60 },
    );
    const wrong = await fetch(url, { method: 'PUT', body: 'wrong' });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('BadDigest')]);
    expect((await fetch(url, { method: 'PUT', body: 'right' })).status).toBe(200);
  });

  test('parts and completion, each by its URL', async () => {
    const presigner = client(plain);
    const Key = 'drop/acme/parts.csv';
    const { UploadId } = await presigner.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const bodies = [randomBytes(5 * MIB), Buffer.from('tail')];
    const etags: string[] = [];
    for (const [index, body] of bodies.entries()) {
      const url = await getSignedUrl(
        presigner,
        new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: index + 1 }),
        { expiresIn: 60 },
      );
      etags.push((await fetch(url, { method: 'PUT', body })).headers.get('etag') ?? '');
    }
    const complete = await getSignedUrl(
      presigner,
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId }),
      { expiresIn: 60 },
    );
    const part = (index: number): string =>
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etags[index]}</ETag></Part>`;
    const document = (...indexes: number[]): string =>
      `<CompleteMultipartUpload>${indexes.map(part).join('')}</CompleteMultipartUpload>`;
    const post = async (body: string): Promise<string> =>
      (await fetch(complete, { method: 'POST', body })).text();
    expect(await post(document(1, 0))).toContain('InvalidPartOrder');
    expect(await post(document(0).replace(/ETag>"./, 'ETag>"!'))).toContain('InvalidPart');
    expect(await post(document(0, 1))).toContain('CompleteMultipartUploadResult');
    expect(await post(document(0, 1))).toContain('CompleteMultipartUploadResult');
    expect((await bytesOf(Key)).equals(Buffer.concat(bodies))).toBe(true);
  });
});

test('a multipart upload by lib-storage, whose parts are listed meanwhile', async () => {
  const body = randomBytes(12 * MIB);
  const upload = new Upload({
    client: s3,
    params: { Bucket, Key: 'big', Body: Readable.from([body]) },
    partSize: 5 * MIB,
  });
  const { ETag } = await upload.done();
  expect(ETag).toMatch(/^"[\da-f]{32}-3"$/);
  expect((await bytesOf('big')).equals(body)).toBe(true);
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'open' }));
  await s3.send(new UploadPartCommand({ Bucket, Key: 'open', UploadId, PartNumber: 7, Body: 'part' }));
  const parts = await s3.send(new ListPartsCommand({ Bucket, Key: 'open', UploadId }));
  expect(parts.Parts).toMatchObject([{ PartNumber: 7, Size: 4 }]);
});

test('virtual-hosted addresses name the bucket in the host', async () => {
  const virtual = client({ endpoint: endpoint.url.replace('127.0.0.1', 'localhost') });
  const url = new URL(
    await getSignedUrl(virtual, new PutObjectCommand({ Bucket, Key: 'hosted' }), { expiresIn: 60 }),
  );
  expect(url.hostname).toBe(`${Bucket}.localhost`);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'hosted', Body: 'h' }));
  const get = new URL(
    await getSignedUrl(virtual, new GetObjectCommand({ Bucket, Key: 'hosted' }), { expiresIn: 60 }),
  );
  const status = await new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: endpoint.port,
      path: `${get.pathname}${get.search}`,
      headers: { host: get.host },
    };
    request(options, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
});

test('creation events reach the queue, once, also when a kill came between rename and send', async () => {
  endpoint.queues.purge('created');
  await s3.send(new PutObjectCommand({ Bucket, Key: 'other/ignored', Body: 'x' }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'drop/acme/märz 1.csv', Body: 'abc' }));
  const [message, ...more] = await endpoint.queues.receive('created', { max: 10 });
  expect(more).toHaveLength(0);
  const { Records } = JSON.parse(message?.body ?? '');
  expect(Records[0]).toMatchObject({
    eventName: 'ObjectCreated:Put',
    s3: {
      bucket: { name: Bucket },
      object: {
        key: 'drop/acme/m%C3%A4rz+1.csv',
        size: 3,
        eTag: createHash('md5').update('abc').digest('hex'),
      },
    },
  });
  const stored = endpoint.objects.get(Bucket, 'drop/acme/märz 1.csv');
  await endpoint.close();

  // A kill right after the rename leaves the data, no sidecar, and the pending commit.
  const objects = join(dataDir, 'objects');
  await rm(join(objects, '.meta', Bucket, `${keyPath(stored.key)}.json`));
  const pending = { temporary: join(objects, '.incoming', 'gone'), kind: 'Put', metadata: stored };
  await writeFile(join(objects, '.pending', `${stored.sequencer}.json`), JSON.stringify(pending));
  endpoint = await start();
  s3 = client();

  expect((await bytesOf(stored.key)).toString()).toBe('abc');
  const [resent] = await endpoint.queues.receive('created', { max: 10 });
  expect(JSON.parse(resent?.body ?? '').Records[0].s3.object.sequencer).toBe(stored.sequencer);
  expect(await readdir(join(objects, '.pending'))).toEqual([]);
  expect((await bytesOf('big')).length).toBe(12 * MIB);
  expect(await bytesOf('drop/acme/parts.csv')).toHaveLength(5 * MIB + 4);
});

describe('lifecycle rules', () => {
  const kept = { Bucket: 'kept' };
  const put = (Key: string, bytes: number) =>
    s3.send(new PutObjectCommand({ ...kept, Key, Body: Buffer.alloc(bytes) }));
  /** The class by a request for the object, and by the list. */
  const classesOf = async (Key: string) => {
    const { StorageClass } = await s3.send(new HeadObjectCommand({ ...kept, Key }));
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ ...kept, Prefix: Key }));
    return [StorageClass, Contents[0]?.StorageClass];
  };

  beforeAll(async () => {
    for (const [key, bytes] of [
      ['all/small', 1],
      ['all/empty', 0],
      ['large/small', 1],
      ['large/large', 131_072],
    ] as const)
      await put(key, bytes);
  });
  afterAll(() => {
    daysAhead = 0;
  });

  test.each<[string, number, (string | undefined)[]]>([
    ['all/small', 0, [undefined, 'STANDARD']],
    ['all/small', 89, [undefined, 'STANDARD']],
    ['all/small', 91, ['GLACIER_IR', 'GLACIER_IR']],
    ['all/empty', 91, [undefined, 'STANDARD']],
    ['large/small', 500, [undefined, 'STANDARD']],
    ['large/large', 31, ['GLACIER', 'GLACIER']],
    ['large/large', 401, ['DEEP_ARCHIVE', 'DEEP_ARCHIVE']],
  ])('%s is after %i days in %j', async (key, days, classes) => {
    daysAhead = days;
    expect(await classesOf(key)).toEqual(classes);
  });

  test('what was stored when the clock was ahead grows old from there, and after a restart too', async () => {
    daysAhead = 200;
    await put('all/later', 1);
    expect(await classesOf('all/later')).toEqual([undefined, 'STANDARD']);
    await endpoint.close();
    endpoint = await start();
    s3 = client();
    daysAhead = 289;
    expect(await classesOf('all/later')).toEqual([undefined, 'STANDARD']);
    daysAhead = 291;
    expect(await classesOf('all/later')).toEqual(['GLACIER_IR', 'GLACIER_IR']);
  });

  test('an object is read in every class but those that need a restore', async () => {
    daysAhead = 91;
    const { Body } = await s3.send(new GetObjectCommand({ ...kept, Key: 'all/small' }));
    expect(await Body?.transformToByteArray()).toHaveLength(1);
    for (const storageClass of ['GLACIER', 'DEEP_ARCHIVE']) {
      daysAhead = storageClass === 'GLACIER' ? 31 : 401;
      const refused = {
        name: 'InvalidObjectState',
        StorageClass: storageClass,
        $metadata: { httpStatusCode: 403 },
      };
      await expect(s3.send(new GetObjectCommand({ ...kept, Key: 'large/large' }))).rejects.toMatchObject(
        refused,
      );
      const copy = new CopyObjectCommand({ ...kept, Key: 'copy', CopySource: 'kept/large/large' });
      await expect(s3.send(copy)).rejects.toMatchObject({ name: 'InvalidObjectState' });
    }
  });
});

describe.each(AWS_CLIS)('the AWS CLI at %s', (cli) => {
  test('copies 20 MB both ways', async () => {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'AKIDLOCAL',
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_DEFAULT_REGION: REGION,
    };
    const s3Command = (...args: string[]) =>
      run(cli, ['--endpoint-url', endpoint.url, 's3', ...args], { env });
    const from = join(dataDir, 'from.bin');
    const to = join(dataDir, 'to.bin');
    const body = randomBytes(20 * 1000 * 1000);
    await writeFile(from, body);
    await s3Command('cp', from, `s3://${Bucket}/cli/file.bin`);
    expect((await s3Command('ls', `s3://${Bucket}/cli/`)).stdout).toContain('20000000 file.bin');
    await s3Command('cp', `s3://${Bucket}/cli/file.bin`, to);
    expect((await readFile(to)).equals(body)).toBe(true);
    await s3Command('rm', '--recursive', `s3://${Bucket}/cli/`);
  }, 60_000);
});
