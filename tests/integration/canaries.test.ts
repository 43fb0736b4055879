import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as loginHandler } from '#functions/identity/login.ts';
import { handler as getMetricsHandler } from '#functions/metrics/get-metrics.ts';
import { handler as uploadHandler } from '#functions/uploads/create-shareholder-upload.ts';
import { handler as uploadWorker } from '#functions/workers/validate-upload.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import { login } from '#identity/sign-in/sign-in.routes.ts';
import { getMetrics } from '#metrics/metrics.routes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { logger } from '#platform/observability/logger.ts';
import { callerOf, callRoute, pathParameters } from '#tests/contract/route-fixtures.ts';
import { Payments } from '#tests/support/payment-client.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { recordOf } from '#tests/support/queue-driver.ts';
import { call, type TestResponse, testContext } from '#tests/support/request.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type TraceCollector, traceCollector } from '#tests/support/trace-collector.ts';
import { storedFile } from '#tests/support/uploads.ts';
import { createShareholderUpload } from '#uploads/intake/uploads.routes.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';

/** Values that are nowhere else in the world: where one is found, something personal has been told. */
const word = `zq${randomUUID().slice(0, 8)}`;
const digits = String(randomInt(1e8, 1e9));
const CANARIES = {
  name: `Quill${word} Featherstone`,
  email: `quill.${word}@canary.example`,
  phone: `+1 555 ${digits}`,
  address: `${digits} Canary Row`,
  taxId: `9${digits}`,
  account: `7${digits}1`,
  password: `Correct-${digits}-battery`,
  token: `tok-${word}-secret`,
  memo: `for ${word}'s tuition`,
  filename: `${word}-payroll.csv`,
} as const;
/** The texts that identify a canary, however it is cut or spelled. */
const MARKS = [word, digits];

/** Fields that hold something personal, with what they are filled with. */
const PERSONAL: Readonly<Record<string, string>> = {
  ...{ name: CANARIES.name, holder_name: CANARIES.name, title: CANARIES.memo, memo: CANARIES.memo },
  ...{ email: CANARIES.email, phone: CANARIES.phone, address: CANARIES.address, reason: CANARIES.memo },
  ...{ account_number: CANARIES.account, tax_id: CANARIES.taxId, password: CANARIES.password },
  ...{ filename: CANARIES.filename, refresh_token: CANARIES.token, description: CANARIES.memo },
};

let world: PaymentsWorld;
let collector: TraceCollector;
let issuer: TestTenant;
let sponsor: TestTenant;
const printed: string[] = [];
const problems: string[] = [];
const streams = [process.stdout, process.stderr] as const;
const writes = streams.map(({ write }) => write);

beforeAll(async () => {
  process.env.POWERTOOLS_METRICS_DISABLED = 'false';
  [world, collector] = [await paymentsWorld(), await traceCollector()];
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  [issuer, sponsor] = [
    await insertTestTenant(world.database.admin, 'ISSUER'),
    await insertTestTenant(world.database.admin, 'SPONSOR'),
  ];
  await rotateSigningKeys(new Date());
  logger.setLogLevel('DEBUG');
  const print = (chunk: unknown): boolean => {
    world.aws.endpoint.metrics.collect(String(chunk).trimEnd());
    printed.push(String(chunk));
    return true;
  };
  for (const stream of streams) stream.write = print as typeof stream.write;
});
afterAll(async () => {
  streams.forEach((stream, index) => {
    stream.write = writes[index] as typeof stream.write;
  });
  logger.setLogLevel('SILENT');
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  await world.close();
  await collector.close();
});

function heard(answer: TestResponse): TestResponse {
  if (answer.status >= 400) problems.push(answer.text);
  return answer;
}

/** The same body with something personal wherever it has a place; `everywhere` in every text. */
function withCanaries(value: unknown, everywhere = false, field = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withCanaries(item, everywhere, field));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, withCanaries(item, everywhere, key)]),
    );
  if (typeof value !== 'string') return value;
  return PERSONAL[field] ?? (everywhere ? CANARIES.name : value);
}

const callers = (route: RouteEntry): (Principal | undefined)[] =>
  route.roles === 'PUBLIC'
    ? [undefined]
    : [issuer, sponsor].map((tenant) => callerOf(route, tenant)).filter((caller) => caller !== undefined);

async function send(route: RouteEntry, as: Principal | undefined, body?: unknown): Promise<void> {
  const params = Object.fromEntries(
    pathParameters(route).map((name) => [name, /(^|_)id$/.test(name) ? randomUUID() : CANARIES.token]),
  );
  const caller = as === undefined ? {} : { as };
  heard(await callRoute(route, { ...caller, params, ...(body === undefined ? {} : { body }) }));
}

/** Searched in what was told, and not only in the values that we have thought of. */
function expectNone(texts: readonly string[], where: string): void {
  const told = texts.filter((text) => MARKS.some((mark) => text.toLowerCase().includes(mark)));
  expect(told.slice(0, 3), `${where}: ${told.length} of ${texts.length}`).toEqual([]);
}

const MULTIPART = 'multipart/form-data; boundary=b';
const form = (content: string) =>
  Buffer.from(
    `--b\r\ncontent-disposition: form-data; name="file"; filename="${CANARIES.filename}"\r\n\r\n${content}\r\n--b--\r\n`,
  );

async function uploadRows(content: string): Promise<TestResponse> {
  const answer = heard(
    await call(uploadHandler, createShareholderUpload, {
      as: issuer.as('OPS'),
      headers: { 'Content-Type': MULTIPART },
      body: form(content),
    }),
  );
  if (answer.status !== 202) return answer;
  const key = `incoming/${issuer.id}/${answer.body.id}`;
  const { bytes, versionId } = storedFile(world.aws, key);
  const object = { key, size: bytes, eTag: 'e', sequencer: '1', ...(versionId ? { versionId } : {}) };
  await uploadWorker({ Records: [recordOf({ Records: [{ s3: { object } }] })] }, testContext());
  return answer;
}

describe('no personal data leaves the database', () => {
  test.each(routes.map((route) => [route.operationId, route] as const))(
    '%s takes its example, and refuses a wrong one',
    async (_, route) => {
      for (const as of callers(route)) {
        if (route.example === undefined) await send(route, as);
        else
          for (const everywhere of [false, true])
            await send(route, as, withCanaries(route.example, everywhere));
        if (route.body !== undefined) await send(route, as, `{"name": "${CANARIES.name}", `);
      }
    },
  );

  test('signing in, known and unknown', async () => {
    for (const email of [CANARIES.email, `other.${CANARIES.email}`]) {
      const body = { tenant: issuer.slug, email, password: `${CANARIES.password}, not` };
      expect(heard(await call(loginHandler, login, { body })).status).toBe(401);
    }
  });

  test('a register with good rows and bad ones, and a file that is none', async () => {
    const header = 'external_ref,name,email,holdings';
    const good = `A,${CANARIES.name},${CANARIES.email},1`;
    const bad = [`B,${CANARIES.name},not-${word},1`, `C,${CANARIES.name},,${word}`, `D,${CANARIES.name}`];
    expect((await uploadRows([header, good, ...bad, ''].join('\n'))).status).toBe(202);
    await uploadRows(`${header}\nE,"${CANARIES.name}`);
    await uploadRows(`${CANARIES.name}\u0000${CANARIES.email}`);
    const rejected = await world.aws.endpoint.queues.attributes('vestry-test-rejected-rows');
    expect(rejected.visible).toBeGreaterThanOrEqual(bad.length);
  });

  test('a payment to an account', async () => {
    const ops = new Payments(issuer.as('OPS'));
    const { rows } = await world.database.admin.query(
      `insert into shareholders (tenant_id, external_ref, name, email, kyc_status) values ($1, $2, $3, $4, 'VERIFIED') returning id`,
      [issuer.id, randomUUID(), CANARIES.name, CANARIES.email],
    );
    const holder_name = CANARIES.name;
    const account = heard(
      await ops.addAccount(rows[0].id, { holder_name, account_number: CANARIES.account }),
    );
    expect(account.status, account.text).toBe(202);
    const ordered = heard(
      await ops.order({ shareholder_id: rows[0].id, amount: '10.00', currency: 'USD', memo: CANARIES.memo }),
    );
    expect(ordered.status, ordered.text).toBe(202);
    await ops.until(ordered.body.id, 'SETTLED', 'FAILED');
  });

  test('by an unforeseen error', async () => {
    logger.error('unexpected', {
      error: new Error(`${CANARIES.email} is on Bearer ${CANARIES.token}`, {
        cause: Object.assign(new Error('duplicate'), { detail: `Key (name)=(${CANARIES.name}) exists.` }),
      }),
      body: { name: CANARIES.name, bank: { account_number: CANARIES.account }, contact: CANARIES.address },
    });
    expect(printed.some((line) => line.includes('unexpected'))).toBe(true);
  });
});

describe('not', () => {
  test('because there was nothing to publish', async () => {
    const { rows } = await world.database.admin.query(
      `select (select count(*)::integer from shareholders where name = $1) as holders,
        (select count(*)::integer from change_requests where after->>'email' = $2) as users`,
      [CANARIES.name, CANARIES.email],
    );
    expect(rows[0].holders).toBeGreaterThan(1);
    expect(rows[0].users).toBeGreaterThan(0);
  });

  test('in logs', () => {
    const requests = printed.filter((line) => line.includes('"message":"request"'));
    expect(requests.length).toBeGreaterThan(routes.length);
    expectNone(printed, 'logs');
  });

  test('in spans', () => {
    expect(collector.spans.length).toBeGreaterThan(routes.length);
    expectNone(collector.bodies, 'spans');
  });

  test('in metrics', async () => {
    const as = await insertTestOperator(world.database.admin);
    const { status, text } = await call(getMetricsHandler, getMetrics, { as });
    expect(status).toBe(200);
    expect(text).toContain('vestry_http_requests_total{');
    expectNone([text], 'metrics');
  });

  test('in problems', () => {
    expect(problems.length).toBeGreaterThan(routes.length);
    expectNone(problems, 'problems');
  });

  test('on queues, dead letters or not, and not on the bus', async () => {
    const { queues } = world.aws.endpoint;
    const bodies: string[] = [];
    for (const queue of queues.names())
      for (;;) {
        const batch = await queues.receive(queue, { max: 10, waitMs: 0 });
        if (batch.length === 0) break;
        bodies.push(...batch.map((message) => JSON.stringify(message)));
      }
    expect(bodies.length).toBeGreaterThan(0);
    expectNone(bodies, 'queues');
    expectNone(
      world.aws.events.map((event) => JSON.stringify(event)),
      'events',
    );
  });
});
