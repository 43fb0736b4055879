import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DropKeyPair } from '#local/drop-key.ts';
import { type ExpectedRow, sampleRegister } from '#local/sample/sample-register.ts';
import { loadedDemo } from './loaded-demo.ts';
import { eventually, type RunningPlatform, removeDataDir, startedPlatform } from './platform.ts';

const ROWS = 10_000;
const UNITS_PER_SHARE = 100_000_000n;
const run = promisify(execFile);

/** Debian's AWS CLI, or whichever is on the path: a client that knows nothing of us. */
const AWS = [
  '/usr/bin/aws',
  ...(process.env.PATH ?? '').split(':').map((directory) => join(directory, 'aws')),
].find(existsSync);
if (AWS === undefined) console.warn('no AWS CLI here: files are dropped by the SDK alone');

let dataDir: string;
let platform: RunningPlatform;
let tenant: string;
let tenants = 0;

beforeAll(async () => {
  ({ dataDir } = await loadedDemo());
  platform = await startedPlatform({ dataDir });
});

afterAll(async () => {
  await platform.stop();
  removeDataDir(dataDir);
});

/** An issuer with an empty register, signed in as its ADMIN. */
async function newIssuer(): Promise<string> {
  tenants += 1;
  const slug = `issuer-${tenants}`;
  const admin = { email: `admin@${slug}.example`, password: 'correct horse battery staple' };
  const created = await platform.api('operator', 'POST', '/tenants', {
    slug,
    name: slug,
    type: 'ISSUER',
    admin,
  });
  expect(created.status).toBe(201);
  platform.know({ slug, type: 'ISSUER', users: [{ ...admin, role: 'ADMIN' }] });
  return slug;
}

interface Register {
  readonly bytes: Buffer;
  readonly rows: readonly ExpectedRow[];
}

function register(rows: number, seed: number, format: 'csv' | 'json' | 'ndjson' = 'csv'): Register {
  const chunks = [...sampleRegister({ rows, seed, format })];
  return {
    bytes: Buffer.concat(chunks.map(({ bytes }) => bytes)),
    rows: chunks.flatMap((chunk) => [...chunk.rows]),
  };
}

function unitsOf(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole) * UNITS_PER_SHARE + BigInt(fraction.padEnd(8, '0'));
}

const accepted = ({ rows }: Register) => rows.filter(({ code }) => code === undefined);

async function drop(slug: string, name: string, bytes: Buffer): Promise<void> {
  const key = `drop/${slug}/shareholders/${name}`;
  const client = await platform.dropClient(slug);
  await client.send(new PutObjectCommand({ Bucket: platform.file.buckets.uploads, Key: key, Body: bytes }));
}

/** The upload of a file, once it has come to its end. */
async function ended(slug: string, filename: string) {
  const find = async () => {
    const { body } = await platform.api(slug, 'GET', '/uploads');
    return body.data.find((upload: { filename: string }) => upload.filename === filename);
  };
  const { id } = await eventually(
    find,
    (upload) => upload !== undefined && /COMPLETED|FAILED/.test(upload.state),
  );
  return (await platform.api(slug, 'GET', `/uploads/${id}`)).body;
}

async function expectRegister(slug: string, registers: readonly Register[]): Promise<void> {
  const { body } = await platform.api(slug, 'GET', '/reports/holdings?limit=1');
  const values = registers.flatMap((file) => accepted(file).map((row) => row.values?.holdings ?? '0'));
  const units = values.reduce((sum, holdings) => sum + unitsOf(holdings), 0n);
  expect(unitsOf(body.total_holdings)).toBe(units);
  expect(body.holders).toBe(values.filter((holdings) => unitsOf(holdings) > 0n).length);
}

describe('a register of ten thousand rows', () => {
  const file = register(ROWS, 11);
  let upload: Awaited<ReturnType<typeof ended>>;

  beforeAll(async () => {
    tenant = await newIssuer();
    await drop(tenant, 'register.csv', file.bytes);
    upload = await ended(tenant, 'register.csv');
  });

  test('that is dropped into the folder is accounted for to the row', async () => {
    const bad = file.rows.filter(({ code }) => code !== undefined);
    expect(upload).toMatchObject({
      state: 'COMPLETED',
      rows: ROWS,
      accepted: ROWS - bad.length,
      rejected: bad.length,
    });
    expect(upload.bytes_done).toBe(file.bytes.length);
    const { body } = await platform.api(tenant, 'GET', `/drop-credentials/${upload.drop_credential_id}`);
    expect(body).toMatchObject({ state: 'ACTIVE', owner_id: upload.uploaded_by });
    await expectRegister(tenant, [file]);
  });

  test('has each refused row in its errors file, with its physical line', async () => {
    const errorsFile = await (await fetch(upload.errors_url)).text();
    for (const { line } of file.rows.filter(({ code }) => code !== undefined))
      expect(errorsFile).toContain(`,${line},`);
    expect(upload.errors[0]).toMatchObject({ line: file.rows.find((row) => row.code !== undefined)?.line });
    const { Messages = [] } = await platform.sqs().send(
      new ReceiveMessageCommand({
        QueueUrl: platform.file.queues.rejectedRows,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 5,
      }),
    );
    expect(Messages.length).toBeGreaterThan(0);
  });

  test('again, through whichever door, changes nothing', async () => {
    await drop(tenant, 'again.csv', file.bytes);
    expect(await ended(tenant, 'again.csv')).toMatchObject({ state: 'COMPLETED', duplicate_of: upload.id });
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(file.bytes)]), 'once more.csv');
    const answer = await fetch(`${platform.file.apiUrl}/api/uploads/shareholders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await platform.token(tenant)}` },
      body: form,
    });
    expect([answer.status, ((await answer.json()) as { id: string }).id]).toEqual([200, upload.id]);
    await expectRegister(tenant, [file]);
  });

  test('lands in no other folder, and by no other key: not by the owner’s of the account', async () => {
    const put = (client: S3Client, slug: string) =>
      client
        .send(
          new PutObjectCommand({
            Bucket: platform.file.buckets.uploads,
            Key: `drop/${slug}/shareholders/foreign.csv`,
            Body: file.bytes,
          }),
        )
        .catch((error: Error) => error.name);
    expect(await put(await platform.dropClient(tenant), 'acme')).toBe('AccessDenied');
    expect(await put(platform.s3(), tenant)).toBe('AccessDenied');
  });

  test('is invisible to other tenants', async () => {
    expect((await platform.api('acme', 'GET', `/uploads/${upload.id}`)).status).toBe(404);
    expect((await platform.api('acme', 'GET', '/uploads')).text).not.toContain(upload.id);
    expect((await platform.api('globex', 'GET', `/uploads/${upload.id}`)).status).toBe(404);
  });

  test('grows by a file of its own through a presigned upload', async () => {
    const more = register(500, 12, 'ndjson');
    const renamed = Buffer.from(
      more.bytes.toString('utf8').replaceAll('"external_ref":"', '"external_ref":"more-'),
    );
    const { status, body } = await platform.api(tenant, 'POST', '/uploads/shareholders', {
      filename: 'more.ndjson',
      size: renamed.length,
      sha256: createHash('sha256').update(renamed).digest('hex'),
    });
    expect(status).toBe(201);
    const put = await fetch(body.upload_url, {
      method: 'PUT',
      headers: body.upload_headers,
      body: new Uint8Array(renamed),
    });
    expect(put.status).toBe(200);
    expect(await ended(tenant, 'more.ndjson')).toMatchObject({ state: 'COMPLETED', rows: 500 });
  });
});

describe.runIf(AWS !== undefined)('the AWS CLI', () => {
  const cli = (...args: string[]) => cliAs(platform.file, ...args);
  const cliAs = ({ accessKeyId, secretAccessKey }: DropKeyPair, ...args: string[]) => {
    const { awsEndpointUrl, region } = platform.file;
    return run(AWS as string, ['--endpoint-url', awsEndpointUrl, '--region', region, ...args], {
      env: { ...process.env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      timeout: 120_000,
    });
  };

  test('copies twenty megabytes both ways', async () => {
    const [up, down] = [join(dataDir, 'up.bin'), join(dataDir, 'down.bin')];
    writeFileSync(up, randomBytes(20 * 1024 * 1024));
    const object = `s3://${platform.file.buckets.uploads}/scratch/twenty-megabytes.bin`;
    await cli('s3', 'cp', '--no-progress', up, object);
    await cli('s3', 'cp', '--no-progress', object, down);
    expect(readFileSync(down).equals(readFileSync(up))).toBe(true);
  });

  test('drops a register, and reads the refused rows from their queue', async () => {
    const slug = await newIssuer();
    const file = register(300, 13);
    const path = join(dataDir, 'cli.csv');
    writeFileSync(path, file.bytes);
    const { credentials } = (await platform.dropClient(slug)).config;
    await cliAs(
      await credentials(),
      's3',
      'cp',
      '--no-progress',
      path,
      `s3://${platform.file.buckets.uploads}/drop/${slug}/shareholders/cli.csv`,
    );
    expect(await ended(slug, 'cli.csv')).toMatchObject({
      state: 'COMPLETED',
      accepted: accepted(file).length,
    });
    const { stdout } = await cli(
      'sqs',
      'receive-message',
      '--queue-url',
      platform.file.queues.rejectedRows ?? '',
      '--max-number-of-messages',
      '1',
    );
    expect(JSON.parse(stdout).Messages[0].Body).toContain('"line"');
  });
});
