import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventBridgeClient, ListEventBusesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AwsEndpoint, startAwsEndpoint } from '#aws/endpoint/endpoint.ts';
import type { BusEvent } from '#aws/endpoint/event-bridge.ts';
import type { QueueSpec } from '#aws/endpoint/sqs/queue.ts';
import { AWS_CLIS } from './aws-clis.ts';

const run = promisify(execFile);
const REGION = 'eu-central-1';

const ACCOUNT = '111122223333';
const credentials = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a-secret-of-the-test' };

function spec(name: string, extra: Partial<QueueSpec> = {}): QueueSpec {
  return {
    name,
    arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`,
    visibilityTimeoutSeconds: 30,
    delaySeconds: 0,
    retentionSeconds: 3600,
    receiveWaitSeconds: 0,
    ...extra,
  };
}

const dead = spec('jobs-dlq');
const jobs = spec('jobs', { deadLetter: { arn: dead.arn, maxReceives: 2 } });
const secret = {
  name: 'keys',
  arn: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keys-AbCdEf`,
  initialValue: 'first',
};

let dataDir: string;
let endpoint: AwsEndpoint;
let sqs: SQSClient;
let QueueUrl: string;
const events: BusEvent[] = [];

function config() {
  return { endpoint: endpoint.url, region: REGION, credentials, maxAttempts: 1 };
}

async function start(): Promise<void> {
  endpoint = await startAwsEndpoint({
    ...{ port: 0, dataDir, region: REGION, accountId: ACCOUNT, ...credentials },
    ...{
      buckets: [],
      queues: [jobs, dead, spec('short', { retentionSeconds: 0 })],
      eventBuses: ['bus'],
      secrets: [secret],
    },
    onEvent: (entry) => events.push(entry),
  });
  sqs = new SQSClient(config());
  QueueUrl = endpoint.queues.queueUrl('jobs');
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'aws-endpoint-'));
  await start();
});

beforeEach(() => {
  endpoint.queues.purge('jobs');
  endpoint.queues.purge('jobs-dlq');
});

afterAll(async () => {
  await endpoint.close();
  await rm(dataDir, { recursive: true, force: true });
});

const receive = (extra: object = {}) =>
  sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...extra }));

describe('messages', () => {
  test('arrive with their attributes and digests, and go when deleted', async () => {
    const MessageAttributes = {
      traceparent: { DataType: 'String', StringValue: '00-abc' },
      bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 255) },
    };
    const sent = await sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'grüße <&> \n', MessageAttributes }),
    );
    const { Messages } = await receive({
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    expect(Messages).toHaveLength(1);
    expect(Messages?.[0]).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'grüße <&> \n',
      Attributes: { ApproximateReceiveCount: '1' },
    });
    expect(Messages?.[0]?.MessageAttributes?.traceparent?.StringValue).toBe('00-abc');
    expect(Messages?.[0]?.MessageAttributes?.bytes?.BinaryValue).toEqual(Uint8Array.of(1, 2, 255));
    expect(Messages?.[0]?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle }));
    expect(endpoint.queues.attributes('jobs')).toMatchObject({ visible: 0, notVisible: 0, delayed: 0 });
  });

  test('a batch reports each entry, and counts show in the attributes', async () => {
    const entries = [
      { Id: 'a', MessageBody: '1' },
      { Id: 'b', MessageBody: '2', DelaySeconds: 60 },
      { Id: 'c', MessageBody: '\u0000' },
    ];
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries }));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'b']);
    expect(sent.Failed).toMatchObject([{ Id: 'c', Code: 'InvalidMessageContents', SenderFault: true }]);
    const { Messages = [] } = await receive();
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      QueueArn: jobs.arn,
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '1',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }),
    });
    const Entries = [
      { Id: 'x', ReceiptHandle: Messages[0]?.ReceiptHandle },
      { Id: 'y', ReceiptHandle: 'nonsense' },
    ];
    const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(deleted.Successful).toHaveLength(1);
    expect(deleted.Failed).toMatchObject([{ Id: 'y', Code: 'ReceiptHandleIsInvalid' }]);
  });

  test('a long poll ends when a message comes, when a hidden one returns, or at its time', async () => {
    const waiting = receive({ WaitTimeSeconds: 10, VisibilityTimeout: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    endpoint.queues.send('jobs', 'late');
    expect((await waiting).Messages).toHaveLength(1);
    const started = Date.now();
    expect((await receive({ WaitTimeSeconds: 10 })).Messages?.[0]?.Body).toBe('late');
    expect(Date.now() - started).toBeLessThan(3000);
    expect((await receive({ WaitTimeSeconds: 1 })).Messages).toBeUndefined();
  });

  test('a long poll whose client left takes nothing', async () => {
    const controller = new AbortController();
    const left = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }), {
      abortSignal: controller.signal,
    });
    setTimeout(() => controller.abort(), 50);
    await expect(left).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    endpoint.queues.send('jobs', 'kept');
    expect(await endpoint.queues.receive('jobs', { waitMs: 1000 })).toHaveLength(1);
  });

  test('visibility 0 returns a message at once and makes the old handle stale', async () => {
    endpoint.queues.send('jobs', 'again');
    const [first] = await endpoint.queues.receive('jobs');
    const ReceiptHandle = first?.receiptHandle ?? '';
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    const [second] = await endpoint.queues.receive('jobs');
    expect(second?.attributes.ApproximateReceiveCount).toBe('2');
    endpoint.queues.delete('jobs', ReceiptHandle);
    expect(endpoint.queues.attributes('jobs').notVisible).toBe(1);
    const stale = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 5 });
    await expect(sqs.send(stale)).rejects.toMatchObject({ name: 'MessageNotInflight' });
  });

  test('an answer with visibility 0 holds each message once', async () => {
    endpoint.queues.send('jobs', 'one');
    expect((await receive({ VisibilityTimeout: 0 })).Messages).toHaveLength(1);
  });

  test('after the third receive a message is in the dead-letter queue, from which it can be moved back', async () => {
    endpoint.queues.send('jobs', 'poison');
    for (const count of ['1', '2']) {
      const [message] = await endpoint.queues.receive('jobs', { visibilityTimeoutSeconds: 0 });
      expect(message?.attributes.ApproximateReceiveCount).toBe(count);
    }
    expect(await endpoint.queues.receive('jobs')).toHaveLength(0);
    const [buried] = await endpoint.queues.receive('jobs-dlq', { visibilityTimeoutSeconds: 0 });
    expect(buried).toMatchObject({ body: 'poison', attributes: { DeadLetterQueueSourceArn: jobs.arn } });
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }));
    const { Results } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: dead.arn }));
    expect(Results).toMatchObject([{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 }]);
    expect((await receive()).Messages).toMatchObject([{ Body: 'poison' }]);
    expect(endpoint.queues.attributes('jobs-dlq').visible).toBe(0);
  });

  test('what is past its retention is gone', async () => {
    endpoint.queues.send('short', 'x');
    expect(await endpoint.queues.receive('short')).toHaveLength(0);
  });

  test('survive a restart with their count, their delay and their invisibility', async () => {
    for (const body of ['deleted', 'in flight', 'waiting']) endpoint.queues.send('jobs', body);
    endpoint.queues.send('jobs', { body: 'delayed', delaySeconds: 60 });
    const [deleted, held] = await endpoint.queues.receive('jobs', { max: 2 });
    endpoint.queues.delete('jobs', deleted?.receiptHandle ?? '');
    await endpoint.close();
    await start();
    expect(endpoint.queues.attributes('jobs')).toMatchObject({ visible: 1, notVisible: 1, delayed: 1 });
    endpoint.queues.changeVisibility('jobs', held?.receiptHandle ?? '', 0);
    const again = await endpoint.queues.receive('jobs', { max: 10 });
    expect(again.map(({ body, attributes }) => [body, attributes.ApproximateReceiveCount])).toEqual([
      ['waiting', '1'],
      ['in flight', '2'],
    ]);
  });
});

test('limits, unknown queues, operations and parameters are errors', async () => {
  const large = new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(1024 * 1024 + 1) });
  await expect(sqs.send(large)).rejects.toMatchObject({
    message: expect.stringContaining('shorter than 1048576'),
  });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(1024 * 1024) }));
  const unknown = new GetQueueUrlCommand({ QueueName: 'nope' });
  await expect(sqs.send(unknown)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  await expect(sqs.send(new CreateQueueCommand({ QueueName: 'q' }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
  const fifo = new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId: 'g' });
  await expect(sqs.send(fifo)).rejects.toMatchObject({ name: 'UnsupportedOperation' });
  const wrong = new SQSClient({ ...config(), credentials: { ...credentials, secretAccessKey: 'wrong' } });
  await expect(wrong.send(new ListQueuesCommand({}))).rejects.toMatchObject({
    name: 'InvalidSignatureException',
    $metadata: { httpStatusCode: 403 },
  });
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'jobs' }))).QueueUrls).toHaveLength(2);
});

test('in-process sending, receiving and deleting take thousands a second', async () => {
  const count = 5000;
  // Processor time: whatever else runs on the machine counts for nothing.
  const started = process.cpuUsage();
  for (let index = 0; index < count; index++) endpoint.queues.send('jobs', `{"index":${index}}`);
  let received = 0;
  while (received < count) {
    const messages = await endpoint.queues.receive('jobs', { max: 10 });
    for (const { receiptHandle } of messages) endpoint.queues.delete('jobs', receiptHandle);
    received += messages.length;
  }
  const { user, system } = process.cpuUsage(started);
  const perSecond = (count / (user + system)) * 1_000_000;
  console.info(`queue round trips: ${Math.round(perSecond)}/s`);
  expect(perSecond).toBeGreaterThan(3000);
});

test('PutEvents hands over events in EventBridge form, entry by entry', async () => {
  const client = new EventBridgeClient(config());
  const good = {
    Source: 'shop',
    DetailType: 'Created',
    Detail: '{"id":1}',
    EventBusName: 'bus',
    Time: new Date('2026-03-01T10:00:00Z'),
  };
  const Entries = [good, { ...good, Detail: '[1]' }, { ...good, EventBusName: 'other' }];
  const { FailedEntryCount, Entries: results } = await client.send(new PutEventsCommand({ Entries }));
  expect(FailedEntryCount).toBe(2);
  expect(results?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    'MalformedDetail',
    'ResourceNotFoundException',
  ]);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    eventBusName: 'bus',
    event: {
      source: 'shop',
      'detail-type': 'Created',
      detail: { id: 1 },
      time: '2026-03-01T10:00:00Z',
      account: ACCOUNT,
      region: REGION,
    },
  });
  await expect(client.send(new ListEventBusesCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
});

test('secrets keep their stages, in a file only the owner reads', async () => {
  const client = new SecretsManagerClient(config());
  const get = async (VersionStage?: string) =>
    (await client.send(new GetSecretValueCommand({ SecretId: 'keys', VersionStage }))).SecretString;
  expect(await get()).toBe('first');
  await client.send(new PutSecretValueCommand({ SecretId: secret.arn, SecretString: 'second' }));
  expect([await get(), await get('AWSPREVIOUS')]).toEqual(['second', 'first']);
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: 'keys' }));
  expect(Object.values(VersionIdsToStages).flat().sort()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  await expect(get('AWSPENDING')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600);
});

// Debian's CLI 2.9 speaks the Query protocol, newer ones JSON.
describe.each(AWS_CLIS)('the AWS CLI at %s', (cli) => {
  test('sends, receives, counts and deletes', async () => {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_DEFAULT_REGION: REGION,
    };
    const command = async (...args: string[]): Promise<Record<string, unknown>> => {
      const { stdout } = await run(
        cli,
        ['--endpoint-url', endpoint.url, '--output', 'json', 'sqs', ...args],
        { env },
      );
      return stdout.trim() === '' ? {} : JSON.parse(stdout);
    };
    const on = ['--queue-url', QueueUrl];
    const attributes = '{"kind":{"DataType":"String","StringValue":"a<b"}}';
    await command(
      'send-message',
      ...on,
      '--message-body',
      'from <cli> & co',
      '--message-attributes',
      attributes,
    );
    const received = await command(
      'receive-message',
      ...on,
      '--attribute-names',
      'All',
      '--message-attribute-names',
      'All',
    );
    const [message] = received.Messages as Record<string, string>[];
    expect(message).toMatchObject({
      Body: 'from <cli> & co',
      Attributes: { ApproximateReceiveCount: '1' },
      MessageAttributes: { kind: { StringValue: 'a<b' } },
    });
    const batch = await command(
      'send-message-batch',
      ...on,
      '--entries',
      '[{"Id":"1","MessageBody":"x"},{"Id":"2","MessageBody":"\\u0001"}]',
    );
    expect(batch).toMatchObject({
      Successful: [{ Id: '1' }],
      Failed: [{ Id: '2', Code: 'InvalidMessageContents', SenderFault: true }],
    });
    await command('delete-message', ...on, '--receipt-handle', message?.ReceiptHandle ?? '');
    const counted = await command(
      'get-queue-attributes',
      ...on,
      '--attribute-names',
      'ApproximateNumberOfMessages',
      'QueueArn',
    );
    expect(counted.Attributes).toEqual({ ApproximateNumberOfMessages: '1', QueueArn: jobs.arn });
    await expect(command('get-queue-url', '--queue-name', 'nope')).rejects.toThrow('NonExistentQueue');
  }, 60_000);
});
