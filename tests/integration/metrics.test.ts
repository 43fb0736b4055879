import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DURATION_BUCKETS_SECONDS } from '#contracts/metrics.ts';
import { handler as getHealthHandler } from '#functions/meta/get-health.ts';
import { handler as getMetricsHandler } from '#functions/metrics/get-metrics.ts';
import { handler as createHandler } from '#functions/register/create-shareholder.ts';
import { handler as sweepHandler } from '#functions/scheduled/sweep-outbox.ts';
import { handler as uploadWorker } from '#functions/workers/validate-upload.ts';
import { getHealth } from '#meta/meta.routes.ts';
import { getMetrics } from '#metrics/metrics.routes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { gauge } from '#platform/observability/gauge.ts';
import { count } from '#platform/observability/metrics.ts';
import { createShareholder } from '#register/shareholders.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { collectPrintedMetrics } from '#tests/support/printed-metrics.ts';
import { type ParsedFamily, parsePrometheus } from '#tests/support/prometheus-text.ts';
import { recordOf, toRecord } from '#tests/support/queue-driver.ts';
import { call, testContext } from '#tests/support/request.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const DASHBOARDS = join(import.meta.dirname, '../../docs/dashboards');

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let printed: ReturnType<typeof collectPrintedMetrics>;
let text = '';
let families: Map<string, ParsedFamily>;

let operator: Principal;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
  acme = await insertTestTenant(database.admin, 'ISSUER');
  operator = await insertTestOperator(database.admin);
  printed = collectPrintedMetrics(aws.endpoint.metrics);
  await aFewThings();
  const answer = await call(getMetricsHandler, getMetrics, { as: operator });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.header('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  text = answer.text;
  families = parsePrometheus(text);
});
afterAll(async () => {
  printed.stop();
  await aws.close();
  await database.close();
});

const UPLOADS_QUEUE = 'vestry-test-uploads';

/** One of each kind of function, with a good end and a bad one. */
async function aFewThings(): Promise<void> {
  const as = acme.as('OPS');
  for (const external_ref of ['A', 'B', 'A'])
    await call(createHandler, createShareholder, { as, body: { external_ref, name: 'Ada Holder' } });
  await call(getHealthHandler, getHealth);
  expect((await call(getMetricsHandler, getMetrics)).status).toBe(401);
  await sweepHandler({ id: 'e', time: new Date().toISOString() }, testContext());
  aws.endpoint.queues.send(UPLOADS_QUEUE, JSON.stringify({ nonsense: true }));
  const [bad] = (await aws.endpoint.queues.receive(UPLOADS_QUEUE, { max: 1, waitMs: 0 })).map(toRecord);
  if (bad === undefined) throw new Error('the queue gave no message');
  const good = recordOf({ Event: 's3:TestEvent' }, 1, 'other');
  await uploadWorker({ Records: [bad, good] }, testContext());
  count('RetentionPurged', 3, { entity: 'shareholders' });
  count('RetentionPurged', 4, { entity: 'shareholders' });
  gauge('PaymentsStuck', 2, {});
  gauge('PaymentsStuck', 1, {});
}

function sampleOf(name: string, labels: Record<string, string> = {}): number | undefined {
  const family = [...families.values()].find(
    (one) => name.startsWith(one.name) && one.samples.some((s) => s.name === name),
  );
  return family?.samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value;
}

describe('GET /metrics', () => {
  test('counts requests and errors by route', () => {
    const created = { route: 'createShareholder', method: 'POST' };
    expect(sampleOf('vestry_http_requests_total', { ...created, status: '2xx' })).toBe(2);
    expect(sampleOf('vestry_http_requests_total', { ...created, status: '4xx' })).toBe(1);
    expect(sampleOf('vestry_http_errors_total', { ...created, status: '4xx' })).toBe(1);
    expect(sampleOf('vestry_http_errors_total', { ...created, status: '2xx' })).toBeUndefined();
    expect(sampleOf('vestry_http_requests_total', { route: 'getHealth' })).toBe(1);
  });

  test('distributes their latency over buckets', () => {
    const labels = { route: 'createShareholder', status: '2xx' };
    const family = families.get('vestry_http_request_duration_seconds');
    const ofRoute = (name: string) =>
      (family?.samples ?? []).filter(
        (sample) =>
          sample.name.endsWith(name) &&
          sample.labels.route === 'createShareholder' &&
          sample.labels.status === '2xx',
      );
    expect(ofRoute('_bucket').map((sample) => sample.labels.le)).toEqual([
      ...DURATION_BUCKETS_SECONDS.map(String),
      '+Inf',
    ]);
    expect(sampleOf('vestry_http_request_duration_seconds_count', labels)).toBe(2);
    const sum = sampleOf('vestry_http_request_duration_seconds_sum', labels) ?? 0;
    expect(sum).toBeGreaterThan(0);
    // The buckets hold exactly the printed durations.
    const seconds = printed.lines
      .map((line) => JSON.parse(line))
      .filter((line) => line.route === 'createShareholder' && line.status === '2xx')
      .map((line) => line.HttpRequestDuration as number);
    for (const {
      labels: { le = '' },
      value,
    } of ofRoute('_bucket').slice(0, -1))
      expect(value).toBe(seconds.filter((one) => one <= Number(le)).length);
  });

  test('counts jobs by outcome', () => {
    expect(sampleOf('vestry_jobs_total', { job: 'validate-upload', outcome: 'done', kind: 'queue' })).toBe(1);
    expect(sampleOf('vestry_jobs_total', { job: 'validate-upload', outcome: 'failed' })).toBe(1);
    expect(sampleOf('vestry_jobs_total', { job: 'sweep-outbox', outcome: 'done', kind: 'scheduled' })).toBe(
      1,
    );
    expect(sampleOf('vestry_job_duration_seconds_count', { job: 'sweep-outbox' })).toBe(1);
  });

  test('shows the lag of the outbox, retention, and counters that are still zero', () => {
    expect(sampleOf('vestry_outbox_lag_seconds')).toBe(0);
    expect(sampleOf('vestry_retention_purged_total', { entity: 'shareholders' })).toBe(7);
    expect(sampleOf('vestry_payments_stuck')).toBe(2);
    expect(sampleOf('vestry_audit_chain_failures_total')).toBe(0);
    expect(sampleOf('vestry_security_events_total', { kind: 'denial' })).toBe(1);
  });

  test('shows depth and oldest age of queues', async () => {
    const ofUploadsBefore = sampleOf('vestry_queue_depth', { queue: 'uploads' });
    aws.endpoint.queues.send(UPLOADS_QUEUE, '{}');
    const answer = await call(getMetricsHandler, getMetrics, { as: operator });
    const queues = parsePrometheus(answer.text);
    const ofUploads = (name: string) =>
      queues.get(name)?.samples.find(({ labels }) => labels.queue === 'uploads')?.value;
    // The copy of the message that failed waits there already.
    expect([ofUploadsBefore, ofUploads('vestry_queue_depth')]).toEqual([1, 2]);
    expect(ofUploads('vestry_queue_oldest_age_seconds')).toBeGreaterThanOrEqual(0);
  });

  test('names no tenant and no user', () => {
    const labels = new Set(
      [...families.values()].flatMap(({ samples }) => samples.flatMap((s) => Object.keys(s.labels))),
    );
    expect([...labels].sort()).toEqual([
      'entity',
      'job',
      'kind',
      'le',
      'method',
      'outcome',
      'queue',
      'route',
      'status',
    ]);
    for (const secret of [acme.id, acme.slug, acme.as('OPS').actorId, 'Ada'])
      expect(text).not.toContain(secret);
  });

  test.each(['ADMIN', 'COMPLIANCE', 'OPS', 'EMPLOYEE'] as const)('is not for %s', async (role) => {
    const answer = await call(getMetricsHandler, getMetrics, { as: acme.as(role) });
    expect(answer.status).toBe(403);
  });

  test('is not for those without a token', async () => {
    expect((await call(getMetricsHandler, getMetrics)).status).toBe(401);
  });

  test('is valid for Prometheus', () => {
    expect(families.size).toBeGreaterThan(10);
    // The other word on it, where Debian's package is installed.
    const { error, stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    if (error === undefined) expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });
});

describe('dashboards', () => {
  const files = readdirSync(DASHBOARDS).filter((name) => name.endsWith('.json'));
  const known = () =>
    new Set(
      [...families.values()].flatMap(({ name, type }) =>
        type === 'histogram'
          ? [`${name}_bucket`, `${name}_sum`, `${name}_count`]
          : type === 'summary'
            ? [`${name}_sum`, `${name}_count`]
            : [name],
      ),
    );

  test('are there', () => expect(files.length).toBeGreaterThan(0));

  test.each(files)('%s shows only metrics that exist', (file) => {
    const dashboard = readFileSync(join(DASHBOARDS, file), 'utf8');
    const drawn = [...JSON.parse(dashboard).panels].flatMap((panel: { targets?: { expr: string }[] }) =>
      (panel.targets ?? []).flatMap(({ expr }) => expr.match(/\bvestry_\w+/g) ?? []),
    );
    expect(drawn.length).toBeGreaterThan(0);
    expect(drawn.filter((name) => !known().has(name))).toEqual([]);
  });
});
