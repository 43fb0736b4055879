import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approveChange } from '#approvals/approvals.routes.ts';
import { type LocalPlatform, startLocalPlatform } from '#local/platform.ts';
import { createDisbursement } from '#payments/orders/orders.routes.ts';
import { createShareholderBankAccount } from '#payments/payees/bank-accounts.routes.ts';
import { kebabCase, type RouteSpec } from '#platform/http/route.ts';
import { createReportExport, getReportExport } from '#reporting/exports/exports.routes.ts';
import { dropClientOf } from '#tests/support/drop-credentials.ts';
import { magic } from '#tests/support/payment-client.ts';
import { proxyEvent, type TestRequest } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { listUploads } from '#uploads/intake/uploads.routes.ts';
import { CutLine } from './cut-line.ts';
import { withoutPostgres } from './without-postgres.ts';

const MINUTE_MS = 60_000;
/** Pauses are so many times shorter, and so is an outage. */
const SHORTER = 120;
/** Outages in real time. The shortest isn't shortened: calls have to meet it. */
const OUTAGES_MS = { '1 s': 1_000, '60 s': MINUTE_MS / SHORTER, '20 min': (20 * MINUTE_MS) / SHORTER };

let directory: string;
let platform: LocalPlatform;
let admin: pg.Pool;
let acme: TestTenant;
let s3: S3Client;
const lines = { S3: new CutLine(), bank: new CutLine() };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vestry-outages-'));
  platform = await startLocalPlatform({
    dataDir: join(directory, 'data'),
    port: 0,
    functionVariables: {
      VESTRY_PAUSE_FACTOR: String(1 / SHORTER),
      AWS_ENDPOINT_URL_S3: await lines.S3.listen(),
      BANK_URL: `${await lines.bank.listen()}/mock-bank`,
    },
  });
  platform.finishSetUp([]);
  const { awsEndpointUrl: endpoint, apiUrl, databaseUrl } = platform.file;
  lines.S3.leadTo(endpoint);
  lines.bank.leadTo(apiUrl);
  admin = new pg.Pool({ connectionString: databaseUrl, max: 2, options: '-c search_path=vestry' });
  admin.on('error', () => undefined);
  acme = await insertTestTenant(admin, 'ISSUER');
  s3 = await dropClientOf(platform.file, admin, acme);
}, 5 * MINUTE_MS);
afterAll(async () => {
  await admin?.end();
  await Promise.all(Object.values(lines).map((line) => line.close()));
  await platform?.stop();
  rmSync(directory, { recursive: true, force: true });
}, 2 * MINUTE_MS);

/** Calls as the gateway does after the authorizer, and repeats what is unavailable, as clients do. */
async function call<Body>(route: RouteSpec, request: TestRequest): Promise<Body> {
  const headers = { 'Idempotency-Key': randomUUID() };
  const event = proxyEvent(route, { as: acme.as('OPS'), headers, ...request });
  for (;;) {
    const name = `vestry-local-api-${kebabCase(route.operationId)}`;
    const result = await platform.pool.invoke(name, JSON.stringify(event));
    if (!result.ok) throw new Error(result.error.errorMessage);
    const { statusCode, body } = JSON.parse(result.payload) as { statusCode: number; body: string };
    if (statusCode < 300) return JSON.parse(body) as Body;
    if (statusCode !== 503) throw new Error(body);
    await sleep(200);
  }
}

/** Takes a service away. Answers what brings it back. */
const TAKE_AWAY: Readonly<Record<string, () => Promise<() => void>>> = {
  Postgres: () => withoutPostgres(join(directory, 'data')),
  S3: async () => {
    lines.S3.cut();
    return () => lines.S3.mend();
  },
  bank: async () => {
    lines.bank.cut();
    return () => lines.bank.mend();
  },
};

async function drop(filename: string): Promise<void> {
  const Body = `external_ref,name,email,country,holdings\n${filename},Ada Holder,,US,10\n`;
  const Key = `drop/${acme.slug}/shareholders/${filename}.csv`;
  await s3.send(new PutObjectCommand({ Bucket: platform.file.buckets.uploads, Key, Body }));
}

async function pay(): Promise<string> {
  const { rows } = await admin.query(
    `insert into shareholders (tenant_id, external_ref, name, kyc_status) values ($1, $2, 'Ada Holder', 'VERIFIED') returning id`,
    [acme.id, randomUUID()],
  );
  const shareholder_id = rows[0].id as string;
  const account = { routing_number: '121042882', account_number: magic('0000'), account_type: 'CHECKING' };
  const asked = await call<{ id: string }>(createShareholderBankAccount, {
    params: { id: shareholder_id },
    body: { ...account, holder_name: 'Ada Holder' },
  });
  await call(approveChange, { as: acme.as('COMPLIANCE'), params: { id: asked.id } });
  await admin.query('update bank_accounts set usable_from = now() where shareholder_id = $1', [
    shareholder_id,
  ]);
  const body = { shareholder_id, amount: '10', currency: 'USD' };
  return (await call<{ id: string }>(createDisbursement, { body })).id;
}

function takeDeadLetters(): string[] {
  const { queues } = platform.endpoint;
  const dead = queues.names().filter((name) => name.endsWith('-dlq') && queues.attributes(name).visible > 0);
  for (const name of dead) queues.purge(name);
  return dead;
}

const stateOf = async (id: string): Promise<string> =>
  (await admin.query('select status from transactions where id = $1', [id])).rows[0].status as string;

let advancedMinutes = 0;

/** Lets timers and sweeps come due until the payment has settled: a start that was lost waits for them. */
async function settled(payment: string): Promise<void> {
  for (let rounds = 0; rounds < 20 && (await stateOf(payment)) !== 'SETTLED'; rounds += 1) {
    advancedMinutes += 11;
    await platform.scheduler.advance(new Date(Date.now() + advancedMinutes * MINUTE_MS), () => undefined);
  }
  expect(await stateOf(payment)).toBe('SETTLED');
}

const digests = async (): Promise<number> =>
  Number(
    (await admin.query('select count(*) from audit_exports where digest_key is not null')).rows[0].count,
  );

describe.each(Object.keys(TAKE_AWAY))('%s', (service) => {
  test.each(Object.entries(OUTAGES_MS))(
    'away for %s: all that met it is done, and nothing is given up',
    async (length, lastsMs) => {
      const filename = `${service}-${length}`.replaceAll(' ', '-').toLowerCase();
      const [payment, { id: reportId }, exported] = [
        await pay(),
        await call<{ id: string }>(createReportExport, {
          body: { report: 'transactions', parameters: { from: '2026-01-01', to: '2026-12-31' } },
        }),
        await digests(),
      ];
      const comeBack = await (TAKE_AWAY[service] as () => Promise<() => void>)();
      // The notification of S3 reaches a worker that lacks the database, or can't read the file.
      await drop(filename);
      const firing = platform.scheduler.fire('export-audit');
      await sleep(lastsMs);
      comeBack();
      await firing;

      const uploads = () => call<{ data: { filename: string; state: string }[] }>(listUploads, {});
      const upload = async () =>
        (await uploads()).data.find((one) => one.filename.startsWith(filename))?.state;
      await expect.poll(upload, { timeout: MINUTE_MS }).toBe('COMPLETED');
      await settled(payment);
      const report = () => call<{ state: string }>(getReportExport, { params: { id: reportId } });
      await expect.poll(async () => (await report()).state, { timeout: MINUTE_MS }).toBe('DONE');
      await expect.poll(digests, { timeout: MINUTE_MS }).toBeGreaterThan(exported);
      expect(await platform.drained(MINUTE_MS)).toBe(true);
      expect(takeDeadLetters()).toEqual([]);
    },
    5 * MINUTE_MS,
  );
});
