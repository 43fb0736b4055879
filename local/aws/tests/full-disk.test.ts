import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AwsEndpoint, startAwsEndpoint } from '#aws/endpoint/endpoint.ts';
import { isDiskFull } from '#aws/endpoint/full-disk.ts';
import { QueueBroker } from '#aws/endpoint/sqs/queue-broker.ts';
import { NdjsonFile } from '#aws/endpoint/step-functions/journal/ndjson-file.ts';

const disk = vi.hoisted(() => ({ isFull: false }));

vi.mock('node:fs', async (load) => {
  const actual = await load<typeof import('node:fs')>();
  const full = () => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  return {
    ...actual,
    // The disk takes the beginning of what is written, as a real one does.
    appendFileSync: (file: number | string, text: string, ...rest: object[]) => {
      if (!disk.isFull) return actual.appendFileSync(file, text, ...rest);
      actual.appendFileSync(file, text.slice(0, text.length / 2), ...rest);
      throw full();
    },
    writeFileSync: (...given: Parameters<typeof actual.writeFileSync>) => {
      if (disk.isFull) throw full();
      return actual.writeFileSync(...given);
    },
  };
});

const KEYS = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a-secret-of-the-test' };
const QUEUE = {
  ...{ name: 'orders', arn: 'arn:aws:sqs:us-east-1:000000000000:orders', visibilityTimeoutSeconds: 30 },
  ...{ delaySeconds: 0, retentionSeconds: 3600, receiveWaitSeconds: 0 },
};

let directory: string;
let endpoint: AwsEndpoint | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'full-disk-'));
});
afterEach(async () => {
  disk.isFull = false;
  await endpoint?.close();
  endpoint = undefined;
  rmSync(directory, { recursive: true });
});

const brokerOn = (where: string) =>
  new QueueBroker({ directory: where, queues: [QUEUE], accountId: '000000000000', baseUrl: () => '' });

test('S3 and SQS answer 503 on a full disk, stay alive, and go on when there is space', async () => {
  endpoint = await startAwsEndpoint({
    ...{ port: 0, dataDir: directory, region: 'us-east-1', accountId: '000000000000', ...KEYS },
    ...{ buckets: [{ name: 'files', versioned: true, notifications: [] }] as never, queues: [QUEUE] },
    ...{ eventBuses: [], secrets: [], onEvent: () => undefined },
  });
  const client = { endpoint: endpoint.url, region: 'us-east-1', credentials: KEYS, maxAttempts: 1 };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket: 'files', Key, Body: Key }));
  const queue = { QueueUrl: endpoint.queues.queueUrl('orders') };
  const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ ...queue, MessageBody }));
  await put('before');
  await send('before');

  disk.isFull = true;
  const unavailable = { $metadata: { httpStatusCode: 503 } };
  await expect(put('lost')).rejects.toMatchObject(unavailable);
  await expect(send('lost')).rejects.toMatchObject(unavailable);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'files', Key: 'before' }));
  expect(await Body?.transformToString()).toBe('before');
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(queue));
  expect(Messages.map((message) => message.Body)).toEqual(['before']);

  disk.isFull = false;
  await put('after');
  await send('after');
  const received = await sqs.send(new ReceiveMessageCommand(queue));
  expect(received.Messages?.map((message) => message.Body)).toEqual(['after']);
});

test('what a queue did on a full disk is written later, and what it refused is nowhere', async () => {
  const queues = brokerOn(directory);
  for (const body of ['deleted', 'kept']) queues.send('orders', body);
  disk.isFull = true;
  const [first] = await queues.receive('orders', { waitMs: 0 });
  queues.delete('orders', first?.receiptHandle ?? '');
  expect(() => queues.send('orders', 'refused')).toThrow('no space');
  disk.isFull = false;
  queues.send('orders', 'after');
  queues.close();
  const again = brokerOn(directory);
  const left = await again.receive('orders', { max: 10, waitMs: 0 });
  again.close();
  expect(left.map(({ body }) => body)).toEqual(['kept', 'after']);
});

test('the history of an execution keeps what a full disk has cut', () => {
  const file = new NdjsonFile(join(directory, 'history.ndjson'));
  file.begin({ n: 0 });
  disk.isFull = true;
  file.append({ n: 1 });
  file.append({ n: 2 });
  disk.isFull = false;
  file.append({ n: 3 });
  expect(new NdjsonFile(file.path).read()).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]);
});

test('other failures of the disk are no full disk', () => {
  expect(isDiskFull(Object.assign(new Error('gone'), { code: 'EIO' }))).toBe(false);
});
