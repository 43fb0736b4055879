import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type XRayDaemon, xRayDaemon } from '#tests/support/x-ray-daemon.ts';
import { continued, inSpan, invocation } from './trace.ts';

const ROOT = '1-5759e988-bd862e3fe1be46a994272793';
const LAMBDA = '53995c3f42cd8ad8';
const sampled = (decision: 0 | 1, root = ROOT) =>
  `Root=${root};Parent=${LAMBDA};Sampled=${decision};Lineage=1:a:0`;

let daemon: XRayDaemon;

beforeAll(async () => {
  daemon = await xRayDaemon();
  // The SDK reads these once, when it is loaded.
  vi.stubEnv('LAMBDA_TASK_ROOT', '/var/task');
  vi.stubEnv('AWS_EXECUTION_ENV', 'AWS_Lambda_nodejs24.x');
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', daemon.address);
});
afterEach(() => vi.stubEnv('_X_AMZN_TRACE_ID', undefined));
afterAll(() => {
  vi.unstubAllEnvs();
  daemon.close();
});

const request = (fails: boolean) =>
  invocation(() =>
    continued(undefined, { name: 'GET /shareholders/{id}', kind: 'server' }, async (span) => {
      span.set({
        'http.route': '/shareholders/{id}',
        'vestry.tenant_id': 'T',
        'http.response.status_code': 200,
      });
      await inSpan({ name: 'SELECT shareholders', kind: 'client' }, async () => {
        if (fails) throw new TypeError('of canary@example.com');
      });
    }),
  );

test('nothing is loaded or sent where X-Ray does not sample', async () => {
  for (const header of [undefined, '', sampled(0), `Root=${ROOT}`, `${sampled(0)};Sampled=10`]) {
    vi.stubEnv('_X_AMZN_TRACE_ID', header);
    await request(false);
  }
  vi.stubEnv('_X_AMZN_TRACE_ID', sampled(1));
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', undefined);
  await request(false);
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', daemon.address);
  // Powertools sets it when it is loaded.
  expect(process.env.AWS_XRAY_CONTEXT_MISSING).toBeUndefined();
  expect(daemon.subsegments).toEqual([]);
});

test('a sampled invocation is sent with its parts, under the segment of Lambda', async () => {
  vi.stubEnv('_X_AMZN_TRACE_ID', sampled(1));
  await request(false);
  const [query, route] = await daemon.received(2);
  expect(route).toMatchObject({
    ...{ type: 'subsegment', name: 'GET /shareholders/:id', trace_id: ROOT, parent_id: LAMBDA },
    annotations: {
      ...{ http_route: '/shareholders/{id}', vestry_tenant_id: 'T', http_response_status_code: 200 },
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    },
  });
  expect(query).toMatchObject({ name: 'SELECT shareholders', trace_id: ROOT, parent_id: route.id });
  for (const { start_time, end_time, ...rest } of [query, route]) {
    expect(end_time).toBeGreaterThanOrEqual(start_time);
    expect(Math.abs(end_time - Date.now() / 1_000)).toBeLessThan(10);
    expect(rest).not.toHaveProperty('in_progress');
    expect(rest).not.toHaveProperty('fault');
    expect(rest).not.toHaveProperty('subsegments');
  }
});

test('what fails is marked as a fault, by its kind alone; each invocation belongs to its own trace', async () => {
  const other = '1-5759e988-000000000000000000000002';
  vi.stubEnv('_X_AMZN_TRACE_ID', sampled(1, other));
  await expect(request(true)).rejects.toThrow();
  const sent = (await daemon.received(4)).slice(2);
  for (const subsegment of sent) {
    expect(subsegment).toMatchObject({
      trace_id: other,
      fault: true,
      annotations: { error_type: 'TypeError' },
    });
    expect(JSON.stringify(subsegment)).not.toContain('canary');
  }
});
