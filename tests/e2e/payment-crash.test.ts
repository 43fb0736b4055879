import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approveChange } from '#approvals/approvals.routes.ts';
import { type LocalPlatform, startLocalPlatform } from '#local/platform.ts';
import { readNachaFile } from '#payments/nacha/nacha-reader.ts';
import { paymentReference } from '#payments/nacha/payment-reference.ts';
import { sampleReturnFile } from '#payments/nacha/return-file.sample.ts';
import { approveTransaction, createDisbursement } from '#payments/orders/orders.routes.ts';
import { createShareholderBankAccount } from '#payments/payees/bank-accounts.routes.ts';
import { reverseTransaction } from '#payments/reversals/reversals.routes.ts';
import { setPaymentSettings } from '#payments/settings/payment-settings.routes.ts';
import { kebabCase, type RouteSpec } from '#platform/http/route.ts';
import { ORIGINATOR } from '#tests/support/originator.ts';
import { magic } from '#tests/support/payment-client.ts';
import { randomOf } from '#tests/support/random.ts';
import { proxyEvent, type TestRequest } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** The points at which a process is killed, in the order of a payment's life. */
const OF_A_PAYMENT = [
  'release-before-commit',
  'release-after-commit',
  'before-bank-call',
  'bank-before-reply',
  'after-bank-accept',
  'sent-before-commit',
  'sent-after-commit',
  'callback-before-commit',
  'callback-after-commit',
  'callback-after-report',
  'final-before-commit',
  'final-after-commit',
] as const;
/** Those that any request may meet. */
const OF_ANY = ['order-before-commit', 'before-publish', 'before-mark'] as const;
/** The points of a file of payments and of the bank's inbound file, in their order. */
const OF_A_FILE = [
  'file-before-prepared',
  'file-before-put',
  'file-after-put',
  'file-before-sent',
  'file-after-sent',
] as const;
const OF_ITEMS = ['inbound-item-before-commit', 'inbound-item-applied'] as const;
const ENDS = ['0000', '0102', '0203', '0401', '0404', '0405', '0501', '0503'] as const;
const SEEDS = Number(process.env.CRASH_SEEDS ?? 24);
/** Payments on their way together: each step is a cold start after a crash. */
const AT_ONCE = 8;
const MINUTE_MS = 60_000;

let directory: string;
let crashes: string;
let platform: LocalPlatform;
let admin: pg.Pool;
let acme: TestTenant;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vestry-crash-'));
  crashes = join(directory, 'crashes');
  mkdirSync(crashes);
  platform = await startLocalPlatform({
    dataDir: join(directory, 'data'),
    port: 0,
    fsync: false,
    functionVariables: { VESTRY_CRASH_DIR: crashes, BANK_WAIT_SECONDS: '20' },
  });
  platform.finishSetUp([]);
  admin = new pg.Pool({
    connectionString: platform.file.databaseUrl,
    max: 2,
    options: '-c search_path=vestry',
  });
  admin.on('error', () => undefined);
  acme = await insertTestTenant(admin, 'ISSUER');
}, 5 * MINUTE_MS);
afterAll(async () => {
  await admin?.end();
  await platform?.stop();
  rmSync(directory, { recursive: true, force: true });
}, 2 * MINUTE_MS);

interface Answer {
  readonly status: number;
  readonly body: { readonly id: string; readonly status: string };
}

/** Calls as the gateway does after the authorizer, and repeats until the answer is final, as clients do. */
async function call(route: RouteSpec, request: TestRequest): Promise<Answer> {
  for (;;) {
    const name = `vestry-local-api-${kebabCase(route.operationId)}`;
    const result = await platform.pool.invoke(name, JSON.stringify(proxyEvent(route, request)));
    if (result.ok) {
      const { statusCode, body } = JSON.parse(result.payload) as { statusCode: number; body: string };
      if (statusCode !== 503 && statusCode !== 409) return { status: statusCode, body: JSON.parse(body) };
      if (statusCode === 409) await forgetRequests();
    }
    await sleep(100);
  }
}

/** Lets the deadlines pass until which the keys of killed requests count as in flight. */
async function forgetRequests(): Promise<void> {
  await admin.query(
    `update idempotency_keys set in_progress_until = now() where status = 'INPROGRESS' and in_progress_until > now()`,
  );
}

/** Returns a verified holder with an account that may be used. */
async function payee(last4: string, tenant = acme): Promise<string> {
  const { rows } = await admin.query(
    `insert into shareholders (tenant_id, external_ref, name, kyc_status) values ($1, $2, 'Ada Holder', 'VERIFIED') returning id`,
    [tenant.id, randomUUID()],
  );
  const id = rows[0].id as string;
  const account = {
    routing_number: '121042882',
    account_number: magic(last4),
    account_type: 'CHECKING',
    holder_name: 'Ada Holder',
  };
  const asked = await call(createShareholderBankAccount, {
    as: tenant.as('OPS'),
    params: { id },
    body: account,
  });
  await call(approveChange, { as: tenant.as('COMPLIANCE'), params: { id: asked.body.id } });
  await admin.query('update bank_accounts set usable_from = now() where shareholder_id = $1', [id]);
  return id;
}

/** The amount is above the threshold by default, so that the payment waits until we know where it is to be killed. */
async function order(shareholder_id: string, tenant = acme, amount = '20000'): Promise<string> {
  const ordered = await call(createDisbursement, {
    as: tenant.as('OPS'),
    body: { shareholder_id, amount, currency: 'USD' },
    headers: { 'Idempotency-Key': randomUUID() },
  });
  expect(ordered.status).toBe(202);
  return ordered.body.id;
}

const cutAt = (point: string, subject?: string): void =>
  writeFileSync(join(crashes, subject === undefined ? point : `${point}.${subject}`), '');

async function approve(id: string, tenant = acme): Promise<void> {
  for (;;) {
    const name = 'vestry-local-api-approve-transaction';
    const event = proxyEvent(approveTransaction, { as: tenant.as('COMPLIANCE'), params: { id } });
    const result = await platform.pool.invoke(name, JSON.stringify(event));
    // 409: an attempt that was cut off after its commit has decided.
    if (result.ok && [200, 409].includes((JSON.parse(result.payload) as { statusCode: number }).statusCode))
      return;
    await sleep(200);
  }
}

/** Asks for the money of a payment, and answers the id of the reversal, which waits for approval. */
async function reverse(id: string, tenant = acme): Promise<string> {
  const { rows } = await admin.query('select version from transactions where id = $1', [id]);
  const asked = await call(reverseTransaction, {
    ...{ as: tenant.as('OPS'), params: { id }, body: { reason: 'Paid twice.' } },
    headers: { 'Idempotency-Key': randomUUID(), 'If-Match': `"${rows[0].version}"` },
  });
  expect(asked.status, JSON.stringify(asked.body)).toBe(202);
  return asked.body.id;
}

/** Returns what has become of payments that were asked back. */
async function takenBack(ids: readonly string[]): Promise<unknown[]> {
  const { rows } = await admin.query(
    `select r.status as reversal, p.status, p.return_code,
       (select array_agg(amount::text) from transactions c where c.compensates = p.id) as taken,
       (select array_agg(reason order by reason) from journal j where j.transaction_id = r.id) as booked
     from transactions r join transactions p on p.id = r.reverses where r.id = any($1::uuid[])`,
    [ids],
  );
  return rows;
}

async function listOpen(ids: readonly string[]): Promise<string[]> {
  const { rows } = await admin.query(
    `select id from transactions where id = any($1::uuid[]) and status in ('PENDING', 'SENT')`,
    [ids],
  );
  return rows.map(({ id }) => id as string);
}

let advancedMinutes = 0;

const SETTLING_MS = 60_000;

/** Waits until no function runs and no message is under way, or that takes too long. */
async function settle(): Promise<void> {
  const isBusy = (): boolean => platform.pool.status().some(({ running, waiting }) => running + waiting > 0);
  for (const endsMs = Date.now() + SETTLING_MS; Date.now() < endsMs; await sleep(50))
    if ((await platform.drained(SETTLING_MS)) && !isBusy()) return;
}

/** Lets schedules and timers come due until all have ended. */
async function end(ids: readonly string[]): Promise<void> {
  for (let rounds = 0; rounds < 40; rounds++) {
    await settle();
    if ((await listOpen(ids)).length === 0) break;
    advancedMinutes += 11;
    await platform.scheduler.advance(new Date(Date.now() + advancedMinutes * MINUTE_MS), () => undefined);
  }
  expect(await listOpen(ids)).toEqual([]);
}

const paid: string[] = [];

/**
 * Orders payments, decides where each is cut off, and lets them go. The first to come to `anywhere`, from the orders on, is cut
 * off there.
 */
async function run(
  plans: readonly { last4: string; points: readonly string[] }[],
  anywhere?: string,
): Promise<void> {
  const payees: string[] = [];
  for (const { last4 } of plans) payees.push(await payee(last4));
  if (anywhere !== undefined) cutAt(anywhere);
  const ids: string[] = [];
  for (const [index, { points }] of plans.entries()) {
    const id = await order(payees[index] as string);
    for (const point of points) cutAt(point, id);
    ids.push(id);
  }
  for (const id of ids) await approve(id);
  await end(ids);
  paid.push(...ids);
}

/** Takes back the cuts at these points that no payment came to. Returns the points. */
function unreached(points: readonly string[]): string[] {
  const cuts = readdirSync(crashes);
  const isCutAt = (point: string) => (cut: string) => cut.startsWith(`${point}.`);
  const left = points.filter((point) => cuts.some(isCutAt(point)));
  for (const cut of cuts.filter((name) => left.some((point) => isCutAt(point)(name))))
    rmSync(join(crashes, cut));
  return left;
}

test.each(OF_ANY)(
  'cut off at %s, the order is carried out once',
  async (point) => {
    await run([{ last4: '0000', points: [] }], point);
  },
  5 * MINUTE_MS,
);

test(
  'cut off at every point of a payment, one by one',
  async () => {
    let left: readonly string[] = OF_A_PAYMENT;
    // A slow machine may send the callback first and leave out the step that was to be cut off. That point is tried again.
    for (let tries = 0; tries < 4 && left.length > 0; tries++) {
      const plans = left.map((point) => ({ last4: '0000', points: [point] }));
      for (let start = 0; start < plans.length; start += AT_ONCE)
        await run(plans.slice(start, start + AT_ONCE));
      left = unreached(OF_A_PAYMENT);
    }
    expect(left).toEqual([]);
  },
  10 * MINUTE_MS,
);

test(
  'cut off at several points, whatever the bank does',
  async () => {
    const plans = Array.from({ length: SEEDS }, (_, index) => {
      const random = randomOf(index + 1);
      const points = OF_A_PAYMENT.filter(() => random() < 0.25);
      const last4 = ENDS[Math.floor(random() * ENDS.length)] ?? '0000';
      console.log(`seed ${index + 1}: ${last4}, cut off at ${points.join(', ') || 'no point'}`);
      return { last4, points };
    });
    for (let start = 0; start < plans.length; start += AT_ONCE)
      await run(plans.slice(start, start + AT_ONCE));
  },
  15 * MINUTE_MS,
);

test('the bank has each payment once, and our books agree with it', async () => {
  const twice = await admin.query(
    'select reference from mock_bank_payments group by reference having count(*) > 1',
  );
  expect(twice.rows).toEqual([]);
  // A payment that settled and was returned before we received either event has failed, for us.
  const wrong = await admin.query(
    `select t.id, t.status, p.return_code from transactions t left join mock_bank_payments p on p.reference = t.id::text
     where t.id = any($1::uuid[]) and (p.id is null or case t.status when 'SETTLED' then p.settles_at else p.returns_at end is null)`,
    [paid],
  );
  expect(wrong.rows).toEqual([]);
  const unbalanced = await admin.query(
    `select t.id from transactions t where t.id = any($1::uuid[]) and (select array_agg(reason order by reason) from journal j
       where j.transaction_id = t.id) is distinct from (case t.status when 'SETTLED' then '{sent,settled}' else '{failed,sent}' end)::text[]`,
    [paid],
  );
  expect(unbalanced.rows).toEqual([]);
});

test(
  'cut off anywhere, a reversal takes the money of its payment back once',
  async () => {
    let left: readonly string[] = [...OF_A_PAYMENT, 'order-before-commit'];
    const ids: string[] = [];
    for (let tries = 0; tries < 4 && left.length > 0; tries++) {
      for (let start = 0; start < left.length; start += AT_ONCE) {
        const payments: string[] = [];
        for (const _ of left.slice(start, start + AT_ONCE)) payments.push(await order(await payee('0000')));
        for (const id of payments) await approve(id);
        await end(payments);
        const reversals: string[] = [];
        for (const [index, id] of payments.entries()) {
          const point = left[start + index] ?? '';
          if (point === 'order-before-commit') cutAt(point);
          const reversal = await reverse(id);
          if (point !== 'order-before-commit') cutAt(point, reversal);
          reversals.push(reversal);
        }
        for (const id of reversals) await approve(id);
        await end(reversals);
        ids.push(...reversals);
      }
      left = unreached(left);
    }
    expect(left).toEqual([]);
    const once = {
      reversal: 'SETTLED',
      status: 'SETTLED',
      return_code: 'REVERSED',
      taken: ['-2000000'],
      booked: null,
    };
    expect(await takenBack(ids)).toEqual(ids.map(() => once));
    const { rows } = await admin.query(
      `select reverses from mock_bank_payments where reverses is not null group by reverses having count(*) > 1`,
    );
    expect(rows).toEqual([]);
  },
  10 * MINUTE_MS,
);

/** Random cuts may lie where a payment never came; those of one kind are all reached. */
const notReached = (kind: string): string[] => readdirSync(crashes).filter((name) => name.startsWith(kind));

/** Fires the job until the payments are sent, however often it is cut off. */
async function writeFiles(ids: readonly string[]): Promise<void> {
  const statuses = async () =>
    (await admin.query('select status from transactions where id = any($1::uuid[])', [ids])).rows.map(
      ({ status }) => status as string,
    );
  for (let tries = 0; tries < 10 && (await statuses()).some((status) => status === 'PENDING'); tries++)
    await platform.scheduler.fire('write-outbound-files');
  // A firing that was cut off comes again, and must not find the payments that are ordered next.
  await settle();
  expect(new Set(await statuses())).toEqual(new Set(['SENT']));
}

async function released(ids: readonly string[]): Promise<number> {
  const { rows } = await admin.query(
    'select count(*)::integer as n from payment_orders where transaction_id = any($1::uuid[]) and released_at is not null',
    [ids],
  );
  return rows[0].n;
}

test(
  'cut off anywhere, a payment is in one file, which is written once; and an answer to it is applied once',
  async () => {
    const { awsEndpointUrl, region, accessKeyId, secretAccessKey, buckets } = platform.file;
    const s3 = new S3Client({
      ...{ endpoint: awsEndpointUrl, region, credentials: { accessKeyId, secretAccessKey } },
      forcePathStyle: true,
    });
    const Bucket = buckets.uploads;
    const filed = await insertTestTenant(admin, 'ISSUER');
    const set = await call(setPaymentSettings, {
      as: filed.as('ADMIN'),
      // Its bank asks for more than one bank alone does.
      body: {
        ...{ channel: 'NACHA_FILE', ach_originator: ORIGINATOR },
        bank_profile: {
          ...{
            line_ends: 'CRLF',
            padding: false,
            file_name: '{tenant}_{yymmdd}{number}.txt',
            prenotes: true,
          },
          offset_account: {
            routing_number: '021000021',
            account_number: '0077001234',
            account_type: 'CHECKING',
          },
        },
      },
      headers: { 'If-Match': '"0"' },
    });
    expect(set.status).toBe(202);
    await call(approveChange, { as: filed.as('COMPLIANCE'), params: { id: set.body.id } });
    const sent: string[] = [];
    const asked: string[] = [];
    for (const point of OF_A_FILE) {
      const holder = await payee('0000', filed);
      await admin.query('update bank_accounts set prenote = null where shareholder_id = $1', [holder]);
      // Another one's account is asked for in the same file.
      asked.push(await payee('0000', filed));
      const ids = [await order(holder, filed, '10'), await order(holder, filed, '20')];
      await expect.poll(() => released(ids), { timeout: 60_000 }).toBe(2);
      cutAt(point);
      await writeFiles(ids);
      sent.push(...ids);
    }
    expect(notReached('file-')).toEqual([]);
    const reversals: string[] = [];
    for (const point of OF_A_FILE) {
      const reversal = await reverse(sent.at(-1 - reversals.length) ?? '', filed);
      await approve(reversal, filed);
      await expect.poll(() => released([reversal]), { timeout: 60_000 }).toBe(1);
      cutAt(point);
      await writeFiles([reversal]);
      reversals.push(reversal);
    }
    expect(notReached('file-')).toEqual([]);

    const { rows: files } = await admin.query(
      'select object_key, state, sha256, entries from outbound_files where tenant_id = $1 order by id',
      [filed.id],
    );
    expect(files).toHaveLength(2 * OF_A_FILE.length);
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: `ach/outbound/${filed.slug}/` }),
    );
    expect(Contents.map(({ Key }) => Key).sort()).toEqual(files.map((file) => file.object_key).sort());
    const entries: {
      traceNumber: string;
      individualId: string;
      amountMinor: bigint;
      transactionCode: string;
    }[] = [];
    for (const { object_key: Key, state, sha256 } of files) {
      const text =
        (await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()) ?? '';
      expect([state, createHash('sha256').update(text).digest('hex')]).toEqual(['WRITTEN', sha256]);
      entries.push(...readNachaFile(text).batches.flatMap((batch) => batch.entries));
    }
    const ofKind = (...codes: string[]) =>
      entries.filter(({ transactionCode }) => codes.includes(transactionCode));
    const { rows: prenotes } = await admin.query(
      `select p.id, b.shareholder_id, b.prenote from outbound_prenotes p join bank_accounts b on b.id = p.bank_account_id
       where p.tenant_id = $1 order by p.id`,
      [filed.id],
    );
    expect(prenotes.map(({ shareholder_id, prenote }) => [shareholder_id, prenote])).toEqual(
      asked.map((holder) => [holder, 'SENT']),
    );
    expect(ofKind('23').map(({ individualId }) => individualId)).toEqual(
      prenotes.map(({ id }) => paymentReference(id)),
    );
    // One offset entry balances the payments of each file, or its reversal.
    const offsets = entries.filter(({ individualId }) => individualId === 'OFFSET');
    expect(offsets.map(({ transactionCode }) => transactionCode)).toEqual([
      ...OF_A_FILE.map(() => '27'),
      ...OF_A_FILE.map(() => '22'),
    ]);
    const reference = (id: string) => entries.filter((entry) => entry.individualId === paymentReference(id));
    expect(sent.map((id) => reference(id).map(({ transactionCode }) => transactionCode))).toEqual(
      sent.map(() => ['22']),
    );
    expect(reversals.map((id) => reference(id).map(({ transactionCode }) => transactionCode))).toEqual(
      reversals.map(() => ['27']),
    );
    expect(entries).toHaveLength(sent.length + reversals.length + prenotes.length + offsets.length);

    for (const [index, point] of OF_ITEMS.entries()) {
      const returned = sent.slice(index * 2, index * 2 + 2);
      cutAt(point, returned[1]);
      const answers = returned.map((id) => {
        const [{ traceNumber, individualId, amountMinor }] = reference(id) as [(typeof entries)[number]];
        return { entry: { traceNumber, reference: individualId }, code: 'R03', amountMinor };
      });
      const Key = `ach/inbound/${filed.slug}/${point}.ach`;
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: sampleReturnFile(answers) }));
      await end(returned);
    }
    // A prenote that comes back, cut off as well, refuses its account once.
    const [{ id: prenote, shareholder_id: owner }] = prenotes;
    const [{ traceNumber: asking = '' } = {}] = reference(prenote);
    cutAt('inbound-item-before-commit', prenote);
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: `ach/inbound/${filed.slug}/prenote.ach`,
        Body: sampleReturnFile([
          {
            entry: { traceNumber: asking, reference: paymentReference(prenote) },
            ...{ code: 'R03', amountMinor: 0n },
          },
        ]),
      }),
    );
    const accountOf = async () =>
      (
        await admin.query('select status, prenote, version from bank_accounts where shareholder_id = $1', [
          owner,
        ])
      ).rows;
    // Added, approved, sent, refused.
    await expect
      .poll(accountOf, { timeout: 60_000 })
      .toEqual([{ status: 'BLOCKED', prenote: 'REFUSED', version: 4 }]);
    // A reversal that its bank refuses, cut off as well, leaves its payment paid.
    const [refused = ''] = reversals;
    const [{ traceNumber, individualId, amountMinor }] = reference(refused) as [(typeof entries)[number]];
    cutAt('inbound-item-before-commit', refused);
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: `ach/inbound/${filed.slug}/refused.ach`,
        Body: sampleReturnFile([
          { entry: { traceNumber, reference: individualId }, code: 'R01', amountMinor, isDebit: true },
        ]),
      }),
    );
    await end([refused]);
    expect(await takenBack([refused])).toEqual([
      { reversal: 'FAILED', status: 'SENT', return_code: null, taken: null, booked: null },
    ]);
    expect([...notReached('file-'), ...notReached('inbound-item')]).toEqual([]);
    const { rows: told } = await admin.query(
      `select t.status, t.return_code, (select count(*)::integer from bank_events e where e.transaction_id = t.id) as words,
         (select array_agg(reason order by reason) from journal j where j.transaction_id = t.id) as booked
       from transactions t where t.id = any($1::uuid[])`,
      [sent.slice(0, 2 * OF_ITEMS.length)],
    );
    const failed = { status: 'FAILED', return_code: 'R03', words: 1, booked: ['failed', 'sent'] };
    expect(told).toEqual(told.map(() => failed));
    s3.destroy();
  },
  10 * MINUTE_MS,
);
