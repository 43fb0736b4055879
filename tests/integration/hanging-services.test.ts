import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putLocked } from '#audit/archive/audit-bucket.ts';
import { currentDigestKey } from '#audit/archive/audit-keys.ts';
import { handler as createUpload } from '#functions/uploads/create-shareholder-upload.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { queryPayment } from '#payments/bank/bank-client.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import { getInbound, putOutbound } from '#payments/files/file-store.ts';
import { limitCalls } from '#platform/aws/client.ts';
import { closePools, waitForAnswers } from '#platform/db/pool.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import { tenantRead, tenantTx } from '#platform/db/tenant-tx.ts';
import { startExecutions } from '#platform/events/carry-out.ts';
import { putEvents } from '#platform/events/put-events.ts';
import { isOutage } from '#platform/outage.ts';
import { remove } from '#platform/queue/redelivery.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { currentSecretText } from '#platform/secret.ts';
import { headObject, readObject, writeObject } from '#platform/storage/objects.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { createShareholderUpload } from '#uploads/intake/uploads.routes.ts';
import { postWebhook } from '#webhooks/delivery/post-webhook.ts';

/** Calls are given up after so long here; the SDK makes three attempts. */
const PATIENCE_MS = 200;
const GIVEN_UP_MS = 10_000;

let database: TestDatabase;
let tenant: TestTenant;
let service: Server;
const open = new Set<Socket>();
/** The service says this to each call, and then nothing more. */
let says = '';
/** Counts what has reached the service. */
let calls = 0;
/** Calls whose failure is logged, since a sweep does their work. */
const LEFT = 'left to a sweep';

beforeAll(async () => {
  limitCalls({ connectMs: PATIENCE_MS, answerMs: PATIENCE_MS, silenceMs: PATIENCE_MS });
  database = await testDatabase();
  tenant = await insertTestTenant(database.admin, 'ISSUER');
  service = createServer((socket) => {
    open.add(socket.on('error', () => undefined));
    socket.on('data', () => {
      calls += 1;
      if (says !== '') socket.write(says);
    });
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    ...{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: url, BANK_URL: url },
    ...{ AWS_ACCESS_KEY_ID: 'TESTKEY', AWS_SECRET_ACCESS_KEY: 'only-for-tests' },
    ...{ UPLOADS_BUCKET: 'uploads', AUDIT_BUCKET: 'audit', EVENT_BUS_NAME: 'bus' },
    ...{ AUDIT_KEYS_SECRET_ARN: 'audit-keys', FIELD_KEY_SECRET_ARN: 'field-key', BANK_SECRET_ARN: 'bank' },
    ...{ DISBURSEMENT_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:disbursement' },
    ...{ DIVIDENDS_QUEUE_URL: `${url}/000000000000/dividends` },
  });
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  service.close();
  await database.close();
});

const file = { key: 'drop/x', versionId: undefined };
const outboxRow = (type: 'execution.start' | 'dividend.paid', payload: Record<string, unknown>) =>
  ({ id: uuidV7(), tenantId: tenant.id, type, payload, requestId: 'r' }) as never;

async function* words(): AsyncGenerator<string> {
  yield 'words';
}

/** Every way to the outside, by the client that it uses. */
const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  'S3, uploads: look': () => headObject(file),
  'S3, uploads: read': () => readObject(file),
  'S3, uploads: write': () => writeObject('errors/x', words(), { contentType: 'text/csv', filename: 'x' }),
  'S3, audit': () =>
    putLocked({
      ...{ key: 'audit/x', body: Buffer.from('x'), sha256: 'a'.repeat(64), contentType: 'text/plain' },
      retainUntil: new Date('2040-01-01'),
    }),
  'S3, files for the bank': () => putOutbound('ach/outbound/x', 'x'),
  'S3, files of the bank': () => getInbound('ach/inbound/x'),
  'SQS: send': () => sendMessages('dividends', [{}], 'r'),
  'SQS: delete': () => remove('dividends', { receiptHandle: 'none' } as never),
  EventBridge: () => putEvents([outboxRow('dividend.paid', {})]).then(throwFailed),
  'Step Functions: start': () =>
    startExecutions([outboxRow('execution.start', { machine: 'disbursement', name: 'x', input: {} })]).then(
      throwFailed,
    ),
  [`Step Functions: report, ${LEFT}`]: () => reportTask('token'),
  'Secrets Manager: sealing': () => currentSecretText('field-key'),
  'Secrets Manager: audit keys': () => currentDigestKey(new Date()),
};

/** Publishers answer what has failed instead of throwing, and log why. */
function throwFailed({ failed }: { readonly failed: readonly string[] }): void {
  if (failed.length > 0) throw Object.assign(new Error('left in the outbox'), { code: 'ETIMEDOUT' });
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  const startedMs = performance.now();
  const failure = await call().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(performance.now() - startedMs).toBeLessThan(GIVEN_UP_MS);
  return failure;
}

const ACTION = { action: 'upload.completed', resource: 'uploads/x', payload: {} } as const;
const inTransaction = (work: () => Promise<unknown>) =>
  tenantTx(systemActor(tenant.id, 'r', { suspended: 'goes-on' }), work, { audit: () => ACTION });

describe.each(Object.entries(CALLS))('%s', (name, call) => {
  test('a service that accepts the call and never answers is given up, as an outage', async () => {
    const before = calls;
    const failure = await failureOf(call);
    expect(calls).toBeGreaterThan(before);
    if (name.endsWith(LEFT)) expect(failure).toBeUndefined();
    else expect(isOutage(failure)).toBe(true);
  });

  test('is refused inside a transaction, whose locks others wait for', async () => {
    const before = calls;
    await failureOf(() => inTransaction(call));
    await failureOf(() => systemTx('a test', call));
    expect(calls).toBe(before);
  });
});

test.each([
  ['says nothing', ''],
  ['is out of order', 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'],
  ['fails for itself', 'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n'],
  ['has too much to do', 'HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n'],
])('a request that needs a service which %s is answered 503, with the time to wait', async (_, answered) => {
  says = answered;
  const body = { filename: 'register.csv', size: 500_000_000, sha256: 'a'.repeat(64) };
  const answer = await call(createUpload, createShareholderUpload, { as: tenant.as('OPS'), body });
  expect(answer.body).toMatchObject({ type: '/problems/temporarily-unavailable' });
  expect([answer.status, answer.header('retry-after')]).toEqual([503, '2']);
  says = '';
});

test('an object whose body stops in the middle is given up, as an outage', async () => {
  says = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthe beginning';
  const read = async () => {
    for await (const _ of await readObject(file));
  };
  expect(isOutage(await failureOf(read))).toBe(true);
  says = '';
});

test('the bank and webhooks are given up too, and not called inside a transaction', async () => {
  const ask = () => queryPayment({ tenant_id: tenant.id, transaction_id: uuidV7() } as never);
  const post = () =>
    postWebhook(
      { url: `${process.env.BANK_URL}/hook`, body: '{}', headers: {} },
      { loopback: true },
      PATIENCE_MS,
    );
  expect(await post()).toEqual({ status: null, error: 'timeout' });
  for (const call of [ask, post])
    expect(String(await failureOf(() => inTransaction(call)))).toContain('inside a transaction');
});

test('a database that accepts connections and vanishes is given up, as an outage', async () => {
  const { DATABASE_PORT: port } = process.env;
  await closePools();
  waitForAnswers(PATIENCE_MS);
  const started = tenantRead(tenant.id, (read) =>
    read.selectNoFrom((eb) => eb.fn<string>('pg_sleep', [eb.val(5)]).as('slept')).execute(),
  );
  expect(isOutage(await failureOf(() => started))).toBe(true);
  await closePools();
  process.env.DATABASE_PORT = String((service.address() as AddressInfo).port);
  process.env.DATABASE_HOST = '127.0.0.1';
  try {
    expect(
      isOutage(
        await failureOf(() =>
          tenantRead(tenant.id, async (read) => read.selectNoFrom((eb) => eb.lit(1).as('one')).execute()),
        ),
      ),
    ).toBe(true);
  } finally {
    process.env.DATABASE_PORT = port;
    await closePools();
  }
});
