import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { handler as getHealthHandler } from '#functions/meta/get-health.ts';
import { handler as uploadHandler } from '#functions/uploads/create-shareholder-upload.ts';
import { handler as uploadWorker } from '#functions/workers/validate-upload.ts';
import { getHealth } from '#meta/meta.routes.ts';
import { magic, Payments, verifiedHolder } from '#tests/support/payment-client.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { recordOf } from '#tests/support/queue-driver.ts';
import { call, testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import {
  type CollectedSpan,
  missingParents,
  type TraceCollector,
  traceCollector,
} from '#tests/support/trace-collector.ts';
import { storedFile } from '#tests/support/uploads.ts';
import { createShareholderUpload } from '#uploads/intake/uploads.routes.ts';

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const SENT = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/;
const [SERVER, CLIENT, CONSUMER] = [2, 3, 5];

let world: PaymentsWorld;
let collector: TraceCollector;
let acme: TestTenant;

beforeAll(async () => {
  [world, collector] = [await paymentsWorld(), await traceCollector()];
  acme = await insertTestTenant(world.database.admin, 'ISSUER');
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
});
afterAll(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  await world.close();
  await collector.close();
});

const health = (traceparent?: string | string[]) =>
  call(getHealthHandler, getHealth, traceparent === undefined ? {} : { headers: { traceparent } });

describe('traceparent', () => {
  test('of a caller is gone on with', async () => {
    const [, traceId, spanId] = TRACEPARENT.exec((await health(SENT)).header('traceparent') ?? '') ?? [];
    expect(traceId).toBe(CALLER.traceId);
    expect(spanId).not.toBe(CALLER.spanId);
    const [span] = collector.spans.filter((candidate) => candidate.spanId === spanId);
    expect(span).toMatchObject({ parentSpanId: CALLER.spanId, kind: SERVER, name: 'GET /health' });
    expect(span?.attributes).toMatchObject({ 'http.route': '/health', 'http.response.status_code': 200 });
  });

  test('begins where none is sent, a new one each time', async () => {
    const sent = [await health(), await health()].map((answer) => answer.header('traceparent') ?? '');
    expect(sent[0]).toMatch(TRACEPARENT);
    expect(new Set(sent.map((traceparent) => traceparent.slice(3, 35))).size).toBe(2);
  });

  test('of a later version is read as far as this one goes', async () => {
    const answer = await health(`cc-${CALLER.traceId}-${CALLER.spanId}-01-what-the-future-brings`);
    expect(answer.header('traceparent')).toContain(CALLER.traceId);
  });

  test('that asks for no record leaves none', async () => {
    const unsampled = `00-${'c'.repeat(32)}-${CALLER.spanId}-00`;
    expect((await health(unsampled)).header('traceparent')).toMatch(/^00-c{32}-[0-9a-f]{16}-00$/);
    expect(collector.ofTrace('c'.repeat(32))).toEqual([]);
  });

  test.each([
    ['of no trace', `00-${'0'.repeat(32)}-${CALLER.spanId}-01`],
    ['of no span', `00-${CALLER.traceId}-${'0'.repeat(16)}-01`],
    ['in capitals', SENT.toUpperCase()],
    ['of version ff', `ff-${CALLER.traceId}-${CALLER.spanId}-01`],
    ['too long', `${SENT}-00`],
    ['far too long', `01-${CALLER.traceId}-${CALLER.spanId}-01-${'x'.repeat(5_000)}`],
    ['too short', SENT.slice(0, -1)],
    ['with other digits', `00-${'g'.repeat(32)}-${CALLER.spanId}-01`],
    ['with a line end', `${SENT}\n`.replace('-01', '\r\nx-forged: 1')],
    ['of markup', '<script>alert(1)</script>'],
    ['of nothing', ''],
    ['sent twice', [SENT, SENT]],
  ])('%s is forged: a new trace begins', async (_, forged) => {
    const answer = await health(forged);
    expect(answer.status).toBe(200);
    expect(answer.header('traceparent')).toMatch(TRACEPARENT);
    expect(answer.header('traceparent')).not.toContain(CALLER.traceId);
  });
});

/** The spans of a trace that ends in others: when none has come for a while, all have. */
async function settledTrace(traceId: string, names: readonly string[]): Promise<CollectedSpan[]> {
  const deadlineMs = Date.now() + 45_000;
  for (;;) {
    const spans = collector.ofTrace(traceId);
    if (names.every((name) => spans.some((span) => span.name === name)) || Date.now() > deadlineMs)
      return spans;
    await sleep(100);
  }
}

const traceOf = (answer: { header(name: string): string | undefined }): string =>
  TRACEPARENT.exec(answer.header('traceparent') ?? '')?.[1] ?? '';

const childrenOf = (spans: readonly CollectedSpan[], parent: CollectedSpan | undefined) =>
  spans.filter(({ parentSpanId }) => parentSpanId !== undefined && parentSpanId === parent?.spanId);

describe('one upload is one trace', () => {
  const FILE = 'external_ref,name,email,holdings\nA,Ann,,1\nB,Bob,,x\n';

  /** Processes the message that S3 puts on the queue for a stored object. */
  async function work(id: string): Promise<void> {
    const key = `incoming/${acme.id}/${id}`;
    const { bytes, versionId } = storedFile(world.aws, key);
    const object = { key, size: bytes, eTag: 'e', sequencer: '1', ...(versionId ? { versionId } : {}) };
    const event = { Records: [recordOf({ Records: [{ s3: { object } }] })] };
    expect(await uploadWorker(event, testContext())).toEqual({ batchItemFailures: [] });
  }

  function expectConnected(spans: readonly CollectedSpan[]): void {
    expect(missingParents(spans)).toEqual([CALLER.spanId]);
    const request = spans.find(({ kind }) => kind === SERVER);
    const worker = spans.find(({ kind }) => kind === CONSUMER);
    expect(request).toMatchObject({ parentSpanId: CALLER.spanId });
    expect(worker).toMatchObject({ parentSpanId: request?.spanId, name: 'process uploads' });
    for (const span of [request, worker])
      expect(childrenOf(spans, span).map(({ attributes }) => attributes['db.system.name'])).toContain(
        'postgresql',
      );
    expect(spans.map(({ name }) => name)).toContain('INSERT uploads');
    for (const { startTimeUnixNano, endTimeUnixNano } of spans)
      expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
  }

  test('through the form', async () => {
    const traceId = '1'.repeat(32);
    const answer = await call(uploadHandler, createShareholderUpload, {
      as: acme.as('OPS'),
      headers: {
        'Content-Type': 'multipart/form-data; boundary=b',
        traceparent: `00-${traceId}-${CALLER.spanId}-01`,
      },
      body: Buffer.from(
        `--b\r\ncontent-disposition: form-data; name="file"; filename="r.csv"\r\n\r\n${FILE}\r\n--b--\r\n`,
      ),
    });
    expect(answer.status, answer.text).toBe(202);
    await work(answer.body.id);
    expectConnected(collector.ofTrace(traceId));
  });

  test('through a presigned PUT', async () => {
    const traceId = '2'.repeat(32);
    const content = `${FILE}C,Cid,,3\n`;
    const answer = await call(uploadHandler, createShareholderUpload, {
      as: acme.as('OPS'),
      headers: { traceparent: `00-${traceId}-${CALLER.spanId}-01` },
      body: { filename: 'r.csv', size: content.length },
    });
    expect(answer.status, answer.text).toBe(201);
    const put = await fetch(answer.body.upload_url, {
      method: 'PUT',
      headers: answer.body.upload_headers,
      body: content,
    });
    expect(put.status).toBe(200);
    await work(answer.body.id);
    expectConnected(collector.ofTrace(traceId));
  });
});

describe('one disbursement is one trace', () => {
  test('spans the order, the state machine, the bank and its callback', async () => {
    const ops = new Payments(acme.as('OPS'));
    const { id: shareholder } = await verifiedHolder(world.database.admin, acme.id, ops, magic('0000'));
    const ordered = await ops.order({ shareholder_id: shareholder, amount: '125.50', currency: 'USD' });
    expect(ordered.status, ordered.text).toBe(202);
    await ops.until(ordered.body.id, 'SETTLED');
    const names = [
      'POST /api/transactions/disburse',
      'run release-payment',
      'run submit-payment',
      'POST bank',
      'POST /mock-bank/payments',
      'run await-settlement',
      'process mock-bank-callbacks',
      'POST /api/bank/callbacks',
      'run settle-payment',
    ];
    const spans = await settledTrace(traceOf(ordered), names);
    expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expect(missingParents(spans)).toEqual(['none']);
    const bank = spans.find(({ name }) => name === 'POST bank');
    expect(bank?.kind).toBe(CLIENT);
    expect(childrenOf(spans, bank).map(({ name }) => name)).toEqual(['POST /mock-bank/payments']);
    const events = world.aws.events.filter(({ event }) => event['detail-type'].startsWith('transaction.'));
    expect(events.length).toBeGreaterThan(0);
    for (const { event } of events) expect(event.detail.traceparent).toContain(traceOf(ordered));
  });
});

describe('a collector', () => {
  afterEach(() => {
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
    collector.behaves = 'well';
  });

  test.each(['refuses', 'hangs'] as const)('that %s fails no request', async (behaves) => {
    collector.behaves = behaves;
    const answer = await health(SENT);
    expect(answer.status).toBe(200);
    expect(answer.header('traceparent')).toContain(CALLER.traceId);
  });

  test('that no webhook names is sent to none', async () => {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    const before = collector.spans.length;
    expect((await health()).header('traceparent')).toMatch(TRACEPARENT);
    expect(collector.spans.length).toBe(before);
  });
});
