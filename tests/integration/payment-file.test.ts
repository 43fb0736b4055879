import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as resendInboundFiles } from '#functions/scheduled/resend-inbound-files.ts';
import { handler as readWorker } from '#functions/workers/read-inbound-files.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import { writeDueFiles } from '#payments/files/write-outbound-files.ts';
import { DEVIATIONS } from '#payments/nacha/bank-deviations.sample.ts';
import { readNachaFile } from '#payments/nacha/nacha-reader.ts';
import { paymentReference } from '#payments/nacha/payment-reference.ts';
import { type SampleAnswer, sampleReturnFile } from '#payments/nacha/return-file.sample.ts';
import { type SampleStatement, sampleBai, sampleCamt } from '#payments/statements/statements.sample.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { queueName } from '#tests/support/aws-services.ts';
import { type FiledPayment, FiledPayments } from '#tests/support/filed-payments.ts';
import { ORIGINATOR } from '#tests/support/originator.ts';
import { Payments } from '#tests/support/payment-client.ts';
import { orderDividend } from '#tests/support/payment-load.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { failedTries, recordOf, redrive, takeAll } from '#tests/support/queue-driver.ts';
import { randomOf, shuffledCopies } from '#tests/support/random.ts';
import { testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** Thursday, 14:00 in New York, before the holiday of July 3 (observed on no day: the 4th is a Saturday). */
const NOW = new Date('2026-07-02T18:00:00Z');

let world: PaymentsWorld;
let acme: TestTenant;
let ops: Payments;
let files: FiledPayments;

beforeAll(async () => {
  world = await paymentsWorld();
  acme = await insertTestTenant(world.database.admin, 'ISSUER');
  files = await FiledPayments.of(world, acme);
  ops = files.ops;
});
afterAll(async () => {
  files.close();
  await world.close();
});

test('released payments go into a file, come back or settle, and a corrected account is corrected', async () => {
  const [paid, returned, corrected] = [
    await files.order('10.01'),
    await files.order('20.02', { holder_type: 'COMPANY', account_type: 'SAVINGS' }),
    await files.order('30.03'),
  ];
  expect((await ops.get(paid.id)).body.status).toBe('PENDING');
  expect(await writeDueFiles(NOW, 'r', () => 600_000)).toEqual({ files: 1, payments: 3 });
  for (const { id } of [paid, returned, corrected]) expect((await ops.get(id)).body.status).toBe('SENT');
  const [key = ''] = await files.outbound();
  expect(key).toBe(`ach/outbound/${acme.slug}/2026-07-02-A.ach`);
  const text = await files.textOf(key);
  const file = readNachaFile(text);
  expect(
    file.batches.map(({ secCode, effectiveEntryDate, entries }) => [
      secCode,
      effectiveEntryDate,
      entries.length,
    ]),
  ).toEqual([
    ['CCD', '2026-07-03', 1],
    ['PPD', '2026-07-03', 2],
  ]);
  expect(file.totals.creditMinor).toBe(6006n);
  expect(await writeDueFiles(NOW, 'r', () => 600_000)).toEqual({ files: 0, payments: 0 });

  const { rows } = await world.database.admin.query('select instruction_sealed from outbound_entries');
  expect(JSON.stringify(rows)).not.toContain('000123456789');
  const answers = [
    { entry: await files.sent(returned.id), code: 'R03', amountMinor: 2002n },
    { entry: await files.sent(corrected.id), code: 'C01', correctedData: '99887766' },
  ];
  // Delivered three times, as queues do.
  expect(await files.answer('returns-1.ach', answers, 3)).toBe(0);
  await ops.until(returned.id, 'FAILED');
  expect((await ops.get(returned.id)).body.return_code).toBe('R03');
  const accounts = async (holder: string) => (await ops.accounts(holder)).body.data;
  expect(
    (await accounts(returned.holder)).find(({ id }: { id: string }) => id === returned.accountId).status,
  ).toBe('BLOCKED');
  expect((await accounts(corrected.holder))[0]).toMatchObject({ account_last4: '7766', status: 'ACTIVE' });

  // July 3 and two banking days: the 6th and the 7th.
  expect(await reconcileStuckPayments(new Date('2026-07-07T23:00:00Z'), 'r', () => 60_000)).toMatchObject({
    settled: 0,
  });
  expect(await reconcileStuckPayments(new Date('2026-07-08T01:00:00Z'), 'r', () => 60_000)).toMatchObject({
    settled: 2,
  });
  await ops.until(paid.id, 'SETTLED');

  // A return after that takes the payment back.
  await files.answer(
    'returns-2.ach',
    [{ entry: await files.sent(paid.id), code: 'R02', amountMinor: 1001n }],
    2,
  );
  const after = (await ops.get(paid.id)).body;
  expect(after).toMatchObject({ status: 'SETTLED', return_code: 'R02' });
  expect((await ops.get(after.compensated_by)).body.amount).toBe('-10.01');
});

test.each([
  ['broken.ach', 'not a file', 'record-type'],
  ['nothing.ach', '', 'empty-file'],
])(
  'a file that can not be read applies nothing, is reported, and is seen: %s',
  async (name, content, reason) => {
    expect(await files.answer(name, content, 2)).toBe(2);
    const seen = (await files.list({ direction: 'inbound', state: 'UNREADABLE' })).filter(
      ({ object_key }) => object_key === `ach/inbound/${acme.slug}/${name}`,
    );
    expect(seen).toMatchObject([
      { reason, reason_line: 1, bytes: content.length, counts: { unreadable: 1 } },
    ]);
  },
);

test('what names no payment waits for people; the rest of the file is applied, and a batch in two files books once', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const [known, unknown, other] = [
    await filed.order('10.00'),
    await filed.order('20.00'),
    await filed.order('30.00'),
  ];
  await writeDueFiles(NOW, 'r', () => 600_000);
  const sent = async (id: string) => await filed.sent(id);
  const answers = [
    { entry: await sent(known.id), code: 'R03', amountMinor: 1000n },
    { entry: { ...(await sent(unknown.id)), reference: 'SOMEBODY ELSE' }, code: 'R02', amountMinor: 2000n },
    { entry: await sent(other.id), code: 'R99', amountMinor: 2999n },
  ];
  const deviating = DEVIATIONS['lines that are not broken'] as (lines: string[]) => string;
  const content = deviating(sampleReturnFile(answers).trimEnd().split('\n')).replace(
    'MARIA NUNEZ',
    'MARIA NU\u00d1EZ',
  );
  // The bank brings the same batch again, in another file.
  for (const name of ['1.ach', '2.ach']) expect(await filed.answer(name, content, 2)).toBe(0);
  await filed.ops.until(known.id, 'FAILED');
  const [, first] = await filed.list({ direction: 'inbound', state: 'PARTLY' });
  expect(first.counts).toEqual({
    items: 3,
    applied: 1,
    unmatched: 2,
    unreadable: 0,
    resolved: 0,
    ignored_batches: 0,
  });
  const { items } = (await filed.file(first.id)).body;
  expect(items).toMatchObject([
    { state: 'APPLIED', code: 'R03', transaction_id: known.id, reason: null },
    { state: 'UNMATCHED', code: 'R02', amount: '20.00', transaction_id: null, reason: 'no-such-payment' },
    { state: 'UNMATCHED', code: 'R99', amount: '29.99', transaction_id: null, reason: 'other-amount' },
  ]);
  const page = (await filed.file(first.id, { limit: '1', item_state: 'UNMATCHED' })).body;
  expect(page).toMatchObject({ items: [{ id: items[1].id }] });
  expect(
    (await filed.file(first.id, { limit: '1', item_state: 'UNMATCHED', cursor: page.next_cursor })).body,
  ).toMatchObject({
    items: [{ id: items[2].id }],
    next_cursor: null,
  });

  const at = (index: number) => ({ file: first.id as string, item: items[index].id as string });
  const problem = (slug: string) => ({ type: `/problems/${slug}` });
  expect((await filed.match(at(0), known.id)).body).toMatchObject(problem('bank-item-resolved'));
  expect((await filed.match(at(1), other.id)).body).toMatchObject(problem('bank-item-not-of-payment'));
  expect((await filed.match(at(1), randomUUID())).status).toBe(404);
  const stranger = await insertTestTenant(world.database.admin, 'ISSUER');
  expect((await filed.match(at(1), unknown.id, stranger.as('OPS'))).status).toBe(404);
  const { version } = (await filed.file(first.id)).body;
  expect((await filed.match({ ...at(1), version: version - 1 }, unknown.id)).status).toBe(412);
  const proposed = await filed.match(at(1), unknown.id);
  expect(proposed.body).toMatchObject({
    kind: 'bank-item',
    after: { transaction_id: unknown.id, amount: '20.00' },
  });
  expect((await filed.match(at(1), unknown.id)).body).toMatchObject(problem('change-pending'));
  expect((await filed.ops.get(unknown.id)).body.status).toBe('SENT');
  await approved(tenant, proposed);
  await filed.ops.until(unknown.id, 'FAILED');
  expect((await filed.ops.get(unknown.id)).body.return_code).toBe('R02');
  expect((await filed.match(at(1), unknown.id)).body).toMatchObject(problem('bank-item-resolved'));
  expect((await filed.file(first.id)).body).toMatchObject({
    state: 'PARTLY',
    counts: { applied: 1, resolved: 1, unmatched: 1 },
  });
  expect((await filed.ops.get(other.id)).body.status).toBe('SENT');
  const { rows } = await world.database.admin.query(
    'select count(*)::integer as n from bank_events where tenant_id = $1',
    [tenant.id],
  );
  expect(rows[0].n).toBe(2);
  filed.close();
});

test('nothing is settled by silence while the file is not acknowledged, or a file of the bank is open', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const { id } = await filed.order('10.00');
  const acks = () => filed.list({ direction: 'outbound' });
  await writeDueFiles(NOW, 'r', () => 600_000);
  const status = async () => {
    await reconcileStuckPayments(new Date('2026-07-20T12:00:00Z'), 'r', () => 60_000);
    return (await filed.ops.get(id)).body.status;
  };
  expect(await acks()).toMatchObject([{ state: 'PREPARED', payments: 1, total: '10.00' }]);
  expect(await status()).toBe('SENT');

  // The bank has something, but not what we wrote; and a file that we never wrote.
  const [key = ''] = await filed.outbound();
  const name = `${key.split('/').at(-1)}.ack`;
  const sha256 = createHash('sha256')
    .update(await filed.textOf(key))
    .digest('hex');
  expect(await filed.answer(name, `${'0'.repeat(64)}  ${name}`)).toBe(1);
  expect(await filed.answer('2020-01-01-A.ach.ack', sha256)).toBe(1);
  const open = await filed.list({ direction: 'inbound', state: 'UNREADABLE' });
  expect(open).toMatchObject([{ reason: 'no-such-file' }, { reason: 'other-content' }]);
  expect(await acks()).toMatchObject([{ state: 'PREPARED' }]);

  expect(await filed.answer(name, `${sha256}  ${name}\n`, 2)).toBe(0);
  const [file] = await acks();
  expect(file).toMatchObject({ state: 'ACKNOWLEDGED', acknowledged_at: expect.any(String) });
  expect((await filed.acknowledge(file.id)).body).toMatchObject({
    type: '/problems/bank-file-not-open',
  });

  // The right one has taken the place of the wrong one; the other is open until a person says that it is not.
  expect(await status()).toBe('SENT');
  const stranger = await insertTestTenant(world.database.admin, 'ISSUER');
  expect((await filed.acknowledge(open[0].id, stranger.as('OPS'))).status).toBe(404);
  const closed = await filed.acknowledge(open[0].id);
  expect(closed.body).toMatchObject({ state: 'UNREADABLE', acknowledged_by: tenant.as('OPS').actorId });
  expect(await status()).toBe('SETTLED');
  filed.close();
});

test('a person acknowledges a file for the bank; an item that is open keeps what is silent from being settled', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const [silent, returned] = [await filed.order('10.00'), await filed.order('20.00')];
  await writeDueFiles(NOW, 'r', () => 600_000);
  const settle = () => reconcileStuckPayments(new Date('2026-07-20T12:00:00Z'), 'r', () => 60_000);
  const [file] = await filed.list({ direction: 'outbound' });
  expect((await filed.acknowledge(file.id)).body).toMatchObject({ state: 'ACKNOWLEDGED', version: 2 });
  const entry = { ...(await filed.sent(returned.id)), reference: 'SOMEBODY ELSE' };
  const changed = { ...(await filed.sent(silent.id)), reference: 'SOMEBODY ELSE' };
  await filed.answer('1.ach', [
    { entry, code: 'R03', amountMinor: 2000n },
    { entry: changed, code: 'C01', correctedData: '99887766' },
  ]);
  await settle();
  expect((await filed.ops.get(silent.id)).body.status).toBe('SENT');
  const [answered] = await filed.list({ direction: 'inbound' });
  const [item, change] = (await filed.file(answered.id)).body.items;
  const notified = await filed.match({ file: answered.id, item: change.id }, silent.id);
  expect(notified.text).not.toContain('99887766');
  await approved(tenant, notified);
  expect((await filed.ops.accounts(silent.holder)).body.data[0]).toMatchObject({ account_last4: '7766' });
  await approved(tenant, await filed.match({ file: answered.id, item: item.id }, returned.id));
  expect((await filed.file(answered.id)).body).toMatchObject({
    state: 'APPLIED',
    items: [{ state: 'RESOLVED' }, { state: 'RESOLVED' }],
  });
  await settle();
  expect((await filed.ops.get(silent.id)).body.status).toBe('SETTLED');
  expect((await filed.ops.get(returned.id)).body).toMatchObject({ status: 'FAILED', return_code: 'R03' });
  filed.close();
});

/** One payment for each thing that a bank may answer to it, and the files of the answers, one answer in each. */
async function answered(tenant: TestTenant): Promise<{ files: FiledPayments; events: object[] }> {
  const filed = await FiledPayments.of(world, tenant);
  const codes = ['R01', 'R03', 'R10', 'R24', 'C01', 'C05'];
  const payments: FiledPayment[] = [];
  for (const _ of codes) payments.push(await filed.order('10.00'));
  await writeDueFiles(NOW, 'r', () => 600_000);
  const events: object[] = [];
  for (const [index, code] of codes.entries()) {
    const entry = await filed.sent(payments[index]?.id ?? '');
    const what = code.startsWith('R')
      ? { amountMinor: 1000n }
      : { correctedData: code === 'C01' ? '99887766' : '32' };
    events.push(await filed.drop(`${code}.ach`, [{ entry, code, ...what }]));
  }
  return { files: filed, events };
}

/** Returns what inbound files leave behind, without ids and times. */
async function tablesOf(tenant: TestTenant): Promise<unknown> {
  const { rows } = await world.database.admin.query(
    `select t.status, t.return_code, t.version, a.status as account, a.status_reason, a.account_last4, a.account_type,
       a.version as account_version,
       (select array_agg(kind || coalesce(code, '') order by kind, code) from bank_events e where e.transaction_id = t.id) as words,
       (select array_agg(reason order by reason) from journal j where j.transaction_id = t.id) as booked,
       (select count(*)::integer from outbox o, json_array_elements(o.payload -> 'transactions') as told (one)
         where told.one ->> 'id' = t.id::text) as told
     from transactions t join payment_orders d on d.transaction_id = t.id join bank_accounts a on a.id = d.bank_account_id
     where t.tenant_id = $1 order by t.return_code, t.status, a.account_last4, a.account_type`,
    [tenant.id],
  );
  return rows;
}

/** Returns what answers of the bank leave in the trail of each payment. */
async function trailsOf(tenant: TestTenant): Promise<string[]> {
  const { rows } = await world.database.admin.query(
    `select jsonb_agg(jsonb_build_array(l.action, l.actor_role, l.payload, l.changes) order by l.id)::text as trail from audit_log l
     where l.tenant_id = $1 and l.action like 'bank-event.%' group by l.resource`,
    [tenant.id],
  );
  return rows.map(({ trail }) => withoutNames(trail)).toSorted();
}

/** Counts the transactions in which answers of the bank were booked. */
async function bookings(tenant: TestTenant): Promise<number> {
  const { rows } = await world.database.admin.query(
    `select count(distinct xact)::integer as n from audit_log where tenant_id = $1 and action like 'bank-event.%'`,
    [tenant.id],
  );
  return rows[0].n;
}

/** Leaves out of a trail what is another one's elsewhere: ids, instants, and places in files. */
const withoutNames = (trail: string): string =>
  trail
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.+]+/g, 'instant')
    .replaceAll(/"((?:original_)?trace_number|line|amount)": "\d+"/g, '"$1": "number"');

const read = async (events: readonly object[]): Promise<number> => {
  const records = events.map((event, index) => recordOf(event, 1, String(index)));
  return (await readWorker({ Records: records }, testContext())).batchItemFailures.length;
};

test('files of answers that come one to five times, shuffled, leave the tables of the ordered run', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const ordered = await answered(tenant);
  for (const event of ordered.events) expect(await read([event])).toBe(0);
  ordered.files.close();
  const expected = await tablesOf(tenant);
  // None is presented again, R01 included.
  expect(expected).toHaveLength(ordered.events.length);
  for (const seed of [1, 2, 3]) {
    const other = await insertTestTenant(world.database.admin, 'ISSUER');
    const { files: filed, events } = await answered(other);
    const shuffled = shuffledCopies(events, 5, randomOf(seed));
    const half = Math.ceil(shuffled.length / 2);
    // Two workers at once.
    const failures = await Promise.all([read(shuffled.slice(0, half)), read(shuffled.slice(half))]);
    filed.close();
    expect(failures, `seed ${seed}`).toEqual([0, 0]);
    expect(await tablesOf(other), `seed ${seed}`).toEqual(expected);
  }
});

/** Instants by the platform's clock, some days from now. */
const inDays = (days: number): Date => new Date(world.clock.now().getTime() + days * 86_400_000);

/** Banks say these of payments in one file. Each of two payments into one account has its own return. */
const SAID = ['R03', 'R01', 'R10', 'R29', 'R02', 'R04', 'C01', 'both'] as const;

test.each([
  ['before they settle', false],
  ['after they have', true],
])('returns that are booked as a set leave what each leaves by itself: %s', async (_, isSettled) => {
  const left: unknown[] = [];
  const bookingsOf: number[] = [];
  for (const isTogether of [false, true]) {
    const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
    const filed = await FiledPayments.of(world, tenant);
    const payments: FiledPayment[] = [];
    for (const _ of SAID) payments.push(await filed.order('10.00'));
    const [first] = payments as [FiledPayment];
    const second = {
      shareholder_id: first.holder,
      amount: '10.00',
      currency: 'USD',
      bank_account_id: first.accountId,
    };
    const { id } = (await filed.ops.order(second)).body;
    await expect.poll(() => filed.waits([id])).toBe(true);
    await writeDueFiles(NOW, 'r', () => 600_000);
    const [file] = await filed.list({ direction: 'outbound' });
    await filed.acknowledge(file.id);
    const settle = () => reconcileStuckPayments(new Date('2026-07-20T12:00:00Z'), 'r', () => 60_000);
    if (isSettled) expect((await settle()).settled).toBeGreaterThan(SAID.length);
    const said = [
      ...payments.map(({ id: of }, at) => [of, SAID[at] as string] as const),
      [id, 'R02'] as const,
    ];
    const answers: SampleAnswer[] = [];
    for (const [of, code] of said) {
      const entry = await filed.sent(of);
      const returned = { entry, code: code === 'both' ? 'R03' : code, amountMinor: 1000n };
      const corrected = { entry, code: 'C01', correctedData: '99887766' };
      if (code !== 'C01') answers.push(returned);
      if (code === 'C01' || code === 'both') answers.push(corrected);
    }
    if (isTogether) await filed.answer('all.ach', answers);
    else for (const [at, answer] of answers.entries()) await filed.answer(`${at}.ach`, [answer]);
    const tables = (await tablesOf(tenant)) as object[];
    expect(tables).toHaveLength(SAID.length + 1);
    bookingsOf.push(await bookings(tenant));
    left.push({
      tables: tables.map((row) => JSON.stringify(row)).toSorted(),
      trails: await trailsOf(tenant),
    });
    filed.close();
  }
  expect(left[1]).toEqual(left[0]);
  // Six are alike; two wait for another one of theirs, and one is of a corrected account.
  const [byThemselves = 0, together = 0] = bookingsOf;
  expect(byThemselves - together).toBe(5);
});

/** A dividend whose payments are in a file that the bank has. */
async function filedDividend(
  count: number,
): Promise<{ tenant: TestTenant; files: FiledPayments; ids: string[]; file: string }> {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const ids = await orderDividend(world.database.admin, tenant, count);
  await expect.poll(() => filed.waits(ids), { timeout: 20_000 }).toBe(true);
  await writeDueFiles(NOW, 'r', () => 600_000);
  const [{ id: file }] = (await filed.list({ direction: 'outbound' })) as [{ id: string }];
  return { tenant, files: filed, ids, file };
}

/** The payments of a dividend take effect on no day before its payable one, which is today. */
const settleSilent = () => reconcileStuckPayments(inDays(20), 'r', () => 60_000);

/** Returns how the payments of a tenant stand, and what was booked of them. */
async function booked(tenant: TestTenant): Promise<Record<string, unknown>[]> {
  const { rows } = await world.database.admin.query(
    `select t.id, t.status, t.return_code, (select array_agg(reason order by reason) from journal j where j.transaction_id = t.id) as booked,
       (select array_agg(l.action || jsonb_array_length(l.changes) order by l.id) from audit_log l
         where l.resource = 'transactions/' || t.id and l.action like 'bank-event.%') as trail
     from transactions t where t.tenant_id = $1 order by t.id`,
    [tenant.id],
  );
  return rows;
}

test('payments settle by silence as a set, once, whoever else looks; the last of a dividend closes it, and each has its entry', async () => {
  const { tenant, files: filed, ids, file } = await filedDividend(205);
  await filed.acknowledge(file);
  const counts = await Promise.all([settleSilent(), settleSilent(), settleSilent()]);
  expect(counts.reduce((sum, { settled }) => sum + settled, 0)).toBeGreaterThanOrEqual(ids.length);
  const settled = {
    status: 'SETTLED',
    return_code: null,
    booked: ['sent', 'settled'],
    // One of them has closed the dividend.
    trail: [expect.stringMatching(/^bank-event\.received[12]$/)],
  };
  expect(await booked(tenant)).toEqual(ids.toSorted().map((id) => ({ id, ...settled })));
  expect(await bookings(tenant)).toBeLessThan(10);
  const { rows } = await world.database.admin.query(
    `select d.state, (select count(*)::integer from audit_log l where l.resource = 'dividends/' || d.id and l.action = 'dividend.paid') as paid
     from dividends d where d.tenant_id = $1`,
    [tenant.id],
  );
  expect(rows).toEqual([{ state: 'PAID', paid: 1 }]);
  filed.close();
});

test('payments of a file that the bank has not taken fail as a set, and each can be paid again', async () => {
  const { tenant, files: filed, ids, file } = await filedDividend(3);
  await approved(tenant, await filed.reject(file));
  await settleSilent();
  const failed = {
    status: 'FAILED',
    return_code: 'REJECTED',
    booked: ['failed', 'sent'],
    trail: ['bank-event.applied1'],
  };
  expect(await booked(tenant)).toEqual(ids.toSorted().map((id) => ({ id, ...failed })));
  filed.close();
});

test('one payment that can not be booked keeps none of its set from being booked', async () => {
  const { tenant, files: filed, ids, file } = await filedDividend(4);
  await filed.acknowledge(file);
  const { admin } = world.database;
  const [broken = ''] = ids;
  await admin.query(
    `create function refuse_one() returns trigger language plpgsql as 'begin raise exception ''not this one''; end'`,
  );
  await admin.query(
    `create trigger refuse_one before update on transactions for each row when (new.id = '${broken}') execute function refuse_one()`,
  );
  await expect(settleSilent()).rejects.toThrow('1 of many failed');
  const statuses = async () => (await booked(tenant)).map(({ id, status }) => [id, status]);
  expect(await statuses()).toEqual(ids.toSorted().map((id) => [id, id === broken ? 'SENT' : 'SETTLED']));
  await admin.query('drop function refuse_one cascade');
  expect((await settleSilent()).settled).toBe(1);
  expect(await statuses()).toEqual(ids.toSorted().map((id) => [id, 'SETTLED']));
  filed.close();
});

test('an unreadable file among ten is alone, is a dead letter after five deliveries, and is redriven once', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const payments: FiledPayment[] = [];
  for (let count = 0; count < 10; count++) payments.push(await filed.order('10.00'));
  await writeDueFiles(NOW, 'r', () => 600_000);
  const answers = await Promise.all(
    payments.map(async ({ id }) => [{ entry: await filed.sent(id), code: 'R03', amountMinor: 1000n }]),
  );
  const { queues } = world.aws.endpoint;
  for (const [index, content] of answers.entries()) {
    const event = await filed.drop(`${index}.ach`, index === 6 ? 'cut off on its way' : content);
    queues.send(queueName('inbound-files'), JSON.stringify(event));
  }
  const deliver = () => failedTries(world.aws, 'inbound-files', readWorker);
  expect(await deliver()).toEqual([1, 2, 3, 4, 5]);
  expect(queues.attributes(queueName('inbound-files-dlq')).visible).toBe(1);
  const statuses = async () =>
    Promise.all(payments.map(async ({ id }) => (await filed.ops.get(id)).body.status as string));
  for (const [index, { id }] of payments.entries()) if (index !== 6) await filed.ops.until(id, 'FAILED');
  expect(await statuses()).toEqual(payments.map((_, index) => (index === 6 ? 'SENT' : 'FAILED')));
  await filed.drop('6.ach', answers[6] ?? []);
  redrive(world.aws, 'inbound-files');
  expect(await deliver()).toEqual([]);
  expect(await statuses()).toEqual(payments.map(() => 'FAILED'));
  filed.close();
});

test('a file whose message is lost is read a day later, once, and one that was read changes nothing', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const { id } = await filed.order('10.00');
  await writeDueFiles(NOW, 'r', () => 600_000);
  await takeAll(world.aws, 'inbound-files');
  const answer = [{ entry: await filed.sent(id), code: 'R03', amountMinor: 1000n }];
  await filed.drop('lost & found 1.ach', answer);
  await takeAll(world.aws, 'inbound-files');
  const sweep = async (hours: number) => {
    await resendInboundFiles({ time: new Date(Date.now() + hours * 3_600_000).toISOString() }, testContext());
    return (await takeAll(world.aws, 'inbound-files')).filter((message) =>
      JSON.stringify(message).includes(`%2F${tenant.slug}%2F`),
    );
  };
  expect(await sweep(12)).toEqual([]);
  expect(await sweep(39)).toEqual([]);
  const [message, ...more] = await sweep(14);
  expect(more).toEqual([]);
  const read = () => readWorker({ Records: [recordOf(message)] }, testContext());
  expect((await read()).batchItemFailures).toEqual([]);
  await filed.ops.until(id, 'FAILED');
  expect((await read()).batchItemFailures).toEqual([]);
  expect((await filed.ops.get(id)).body).toMatchObject({ status: 'FAILED', return_code: 'R03' });
  filed.close();
});

test('payments of a suspended tenant wait for its file without failing the run', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const { id } = await filed.order('10.00');
  const setStatus = (status: string) =>
    world.database.admin.query('update tenants set status = $2 where id = $1', [tenant.id, status]);
  await setStatus('SUSPENDED');
  expect(await writeDueFiles(NOW, 'r', () => 600_000)).toMatchObject({ files: 0, payments: 0 });
  await setStatus('ACTIVE');
  expect(await writeDueFiles(NOW, 'r', () => 600_000)).toMatchObject({ files: 1, payments: 1 });
  expect((await filed.ops.get(id)).body.status).toBe('SENT');
  filed.close();
});

test('a payment is cancelled until it is in a file: of the two at once, one has its way, and the file is what was not cancelled', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const queued: string[] = [];
  for (let at = 0; at < 8; at++) queued.push((await filed.order('10')).id);
  const [first = '', spokenOf = ''] = queued;
  expect((await filed.ops.cancel(first)).body).toMatchObject({ status: 'CANCELLED' });
  // The bank has said something of it before it was cancelled.
  await world.database.admin.query(
    `insert into bank_events (tenant_id, transaction_id, event_id, kind) values ($1, $2, 'early', 'SETTLED')`,
    [tenant.id, spokenOf],
  );
  expect((await filed.ops.cancel(spokenOf)).status).toBe(409);
  const [, ...answers] = await Promise.all([
    writeDueFiles(NOW, 'r', () => 600_000),
    ...queued.slice(1).map((id) => filed.ops.cancel(id, { version: 1 })),
  ]);
  const { rows: entries } = await world.database.admin.query(
    'select transaction_id from outbound_entries where tenant_id = $1',
    [tenant.id],
  );
  const inFile = new Set(entries.map(({ transaction_id }) => transaction_id));
  for (const [at, id] of queued.slice(1).entries()) {
    const status = answers[at]?.status;
    expect(status === 200, `${status}`).toBe(!inFile.has(id));
    await filed.ops.until(id, ...(inFile.has(id) ? ['SENT', 'SETTLED'] : ['CANCELLED']));
    expect((await filed.ops.cancel(id)).status).toBe(409);
  }
  const [key] = await filed.outbound();
  const written = key === undefined ? 0n : readNachaFile(await filed.textOf(key)).totals.creditMinor;
  expect(written).toBe(BigInt(inFile.size) * 1000n);
  // Nothing is cancelled of a file that is prepared and not written yet, nor by SQL.
  const prepared = await filed.order('1');
  const bucket = process.env.UPLOADS_BUCKET;
  process.env.UPLOADS_BUCKET = 'gone';
  await expect(writeDueFiles(NOW, 'r', () => 600_000)).rejects.toThrow();
  process.env.UPLOADS_BUCKET = bucket;
  expect(await filed.ops.cancel(prepared.id)).toMatchObject({
    status: 409,
    body: { type: '/problems/payment-not-cancellable' },
  });
  await expect(
    world.database.admin.query(
      `with context as (select set_config('app.tenant_id', $2, true))
       update transactions set status = 'CANCELLED', version = version + 1 from context where id = $1`,
      [prepared.id, tenant.id],
    ),
  ).rejects.toThrow('the bank may have the payment');
  expect(await writeDueFiles(NOW, 'r', () => 600_000)).toEqual({ files: 1, payments: 1 });
  await filed.ops.until(prepared.id, 'SENT');
});

test('the desk has what people must look at, each with what ends it, and nobody else’s', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const [unknown, silent] = [await filed.order('10.00'), await filed.order('20.00')];
  await writeDueFiles(NOW, 'r', () => 600_000);
  const stuck = await filed.order('30.00');
  const answers = [
    {
      entry: { ...(await filed.sent(unknown.id)), reference: 'SOMEBODY ELSE' },
      code: 'R03',
      amountMinor: 1000n,
    },
  ];
  await filed.answer('unknown.ach', answers);
  const desk = async (query: Record<string, string> = {}) => (await filed.ops.exceptions(query)).body.data;
  expect((await desk()).map(({ kind }: { kind: string }) => kind)).toEqual([
    'BANK_ITEM',
    'UNACKNOWLEDGED_FILE',
  ]);
  await world.advance(7 * 86_400 + 60);
  const all = await desk();
  const operations = (one: { actions: { operation: string }[] }) =>
    one.actions.map(({ operation }) => operation);
  const seen = all.map((one: { kind: string; reason: string; actions: { operation: string }[] }) => [
    one.kind,
    one.reason,
    ...operations(one),
  ]);
  expect(seen.toSorted()).toEqual([
    ['BANK_ITEM', 'no-such-payment', 'matchBankItem', 'acknowledgeBankFile'],
    ['STUCK_PAYMENT', 'no-answer', 'resolveTransaction'],
    ['STUCK_PAYMENT', 'no-answer', 'resolveTransaction'],
    ['STUCK_PAYMENT', 'not-sent', 'cancelTransaction'],
    ['UNACKNOWLEDGED_FILE', 'not-acknowledged', 'acknowledgeBankFile', 'rejectBankFile'],
  ]);
  const paged: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await filed.ops.exceptions({ limit: '2', ...(cursor === '' ? {} : { cursor }) });
    paged.push(...body.data);
    cursor = body.next_cursor;
  }
  expect(paged).toEqual(all);
  // Whatever the bank has spoken of it may have: cancelling would be refused.
  await world.database.admin.query(
    `insert into bank_events (tenant_id, transaction_id, event_id, kind) values ($1, $2, 'spoken', 'SETTLED')`,
    [tenant.id, stuck.id],
  );
  const [spokenOf] = (await desk({ kind: 'STUCK_PAYMENT' })).filter(
    ({ id }: { id: string }) => id === stuck.id,
  );
  expect(operations(spokenOf)).toEqual(['resolveTransaction']);
  await world.database.admin.query('delete from bank_events where transaction_id = $1', [stuck.id]);
  const [item] = await desk({ kind: 'BANK_ITEM' });
  expect(item).toMatchObject({
    amount: '10.00',
    code: 'R03',
    subject: `/api/bank-files/${item.bank_file_id}`,
  });
  const [file] = await desk({ kind: 'UNACKNOWLEDGED_FILE' });
  expect(file.subject).toBe(`/api/bank-files/${file.id}`);
  await filed.acknowledge(item.bank_file_id);
  await filed.acknowledge(file.id);
  expect(new Set((await desk({ state: 'RESOLVED' })).map(({ id }: { id: string }) => id))).toEqual(
    new Set([item.id, file.id]),
  );
  for (const id of [unknown.id, silent.id])
    await approved(
      tenant,
      await filed.ops.resolve(id, { outcome: 'SETTLED', reason: 'By letter of the bank.' }),
    );
  expect((await filed.ops.cancel(stuck.id)).body.status).toBe('CANCELLED');
  expect(await desk()).toEqual([]);
  expect((await ops.exceptions({ kind: 'NEWS' })).status).toBe(422);
  const ours = new Set([unknown.id, silent.id, stuck.id, item.id, file.id]);
  const theirs = (await ops.exceptions({ limit: '200' })).body.data;
  expect(theirs.filter(({ id }: { id: string }) => ours.has(id))).toEqual([]);
});

test('what must not leave any more goes into no file: each reason, alone and among others', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const REASONS = {
    KYC: `update shareholders set kyc_status = 'REJECTED', version = version + 1 where id = $1`,
    CLOSED: `update shareholders set status = 'CLOSED', version = version + 1 where id = $1`,
    ACCOUNT: `update bank_accounts set status = 'BLOCKED', status_reason = 'R16' where shareholder_id = $1`,
  };
  const balances = async () => (await filed.ops.trialBalance()).body.data;
  const before = await balances();
  const refused: [string, string][] = [];
  for (const [code, spoil] of Object.entries(REASONS)) {
    const payment = await filed.order('10.00');
    await world.database.admin.query(spoil, [payment.holder]);
    refused.push([payment.id, code]);
  }
  // A file of which nothing is left isn't written.
  expect(await writeDueFiles(NOW, 'r', () => 600_000)).toEqual({ files: 0, payments: 0 });
  for (const [id, return_code] of refused)
    expect((await filed.ops.get(id)).body).toMatchObject({ status: 'FAILED', return_code });
  expect(await balances()).toEqual(before);
  const [good, bad] = [await filed.order('20.00'), await filed.order('30.00')];
  await world.database.admin.query(REASONS.KYC, [bad.holder]);
  expect(await writeDueFiles(NOW, 'r', () => 600_000)).toEqual({ files: 1, payments: 1 });
  expect((await filed.ops.get(good.id)).body.status).toBe('SENT');
  expect((await filed.ops.get(bad.id)).body).toMatchObject({ status: 'FAILED', return_code: 'KYC' });
  expect((await filed.list({ direction: 'outbound' }))[0]).toMatchObject({ payments: 1, total: '20.00' });
  // Nobody who has left is paid more than is owed.
  const [closed = ''] = refused.flatMap(([id, code]) => (code === 'CLOSED' ? [id] : []));
  const { shareholder_id } = (await filed.ops.get(closed)).body;
  expect((await filed.ops.order({ shareholder_id, amount: '1', currency: 'USD' })).body.type).toBe(
    '/problems/shareholder-closed',
  );
});

test('payments that come to more than a file can say are split over files, and none waits for good', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const { id, holder, accountId } = await filed.order('0.01');
  const client = await world.database.admin.connect();
  try {
    // Released without two persons for each.
    await client.query('set session_replication_role = replica');
    await client.query(
      `with paid as (insert into transactions (tenant_id, type, amount, currency, shareholder_id, source_account)
         select $1, 'DISBURSE', 9999999999, 'USD', $2, 'OTHER_DISBURSEMENTS' from generate_series(1, 101) returning id)
       insert into payment_orders (tenant_id, transaction_id, bank_account_id, channel, request_id, released_at)
       select $1, id, $3, 'NACHA_FILE', 'test', now() from paid`,
      [tenant.id, holder, accountId],
    );
  } finally {
    await client.query('set session_replication_role = origin');
    client.release();
  }
  expect(await writeDueFiles(NOW, 'r', () => 600_000)).toEqual({ files: 2, payments: 102 });
  const files = await filed.list({ direction: 'outbound' });
  expect(files.map(({ total }) => total).sort()).toEqual(['99999999.99', '9999999999.01']);
  expect((await filed.ops.get(id)).body.status).toBe('SENT');
});

/** The entries of a file, each with the header of its batch. */
const entriesIn = (text: string) =>
  readNachaFile(text).batches.flatMap((batch) =>
    batch.entries.map(({ transactionCode, accountNumber, routingNumber, amountMinor, individualId }) => ({
      ...{ transactionCode, accountNumber, routingNumber, amountMinor, individualId },
      batch: { ...batch, entries: undefined, totals: undefined, line: undefined },
    })),
  );

test('what was paid by a file is asked back by debits in the next one, to the same account, and by silence comes back', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const checker = new Payments(tenant.as('COMPLIANCE'));
  const [kept, refused, returned] = [
    await filed.order('10.01'),
    await filed.order('20.02', { holder_type: 'COMPANY', account_type: 'SAVINGS' }),
    await filed.order('30.03'),
  ];
  await writeDueFiles(inDays(-1), 'r', () => 600_000);
  const [first = ''] = await filed.outbound();
  const paid = entriesIn(await filed.textOf(first));
  // A notification of change corrects the account for the payments to come, and for no reversal.
  await filed.answer('noc.ach', [
    { entry: await filed.sent(kept.id), code: 'C01', correctedData: '99887766' },
  ]);
  const reversals: string[] = [];
  for (const { id } of [kept, refused, returned]) {
    expect((await filed.ops.cancel(id)).body.detail).toContain('/transactions/{id}/reversal');
    const asked = await filed.ops.reverse(id);
    expect(asked.status, asked.text).toBe(202);
    reversals.push(asked.body.id);
  }
  const [ofKept = '', ofRefused = '', ofReturned = ''] = reversals;
  // Nothing that nobody else has approved leaves.
  expect(await writeDueFiles(inDays(0), 'r', () => 600_000)).toEqual({ files: 0, payments: 0 });
  for (const id of reversals) expect((await checker.approve(id)).status).toBe(200);
  const beside = await filed.order('40.04');
  await expect.poll(() => filed.waits(reversals), { timeout: 20_000 }).toBe(true);
  expect(await writeDueFiles(inDays(0), 'r', () => 600_000)).toEqual({ files: 1, payments: 4 });
  const [second = ''] = (await filed.outbound()).filter((key) => key !== first);
  const entries = entriesIn(await filed.textOf(second));
  expect(
    entries.map(({ transactionCode, batch }) => [
      transactionCode,
      batch.serviceClassCode,
      batch.entryDescription,
    ]),
  ).toEqual([
    ['22', '220', 'PAYMENT'],
    ['37', '225', 'REVERSAL'],
    ['27', '225', 'REVERSAL'],
    ['27', '225', 'REVERSAL'],
  ]);
  const back = entries.slice(1);
  for (const { accountNumber, routingNumber, amountMinor, batch } of paid)
    expect(
      back.filter(
        (entry) =>
          [
            entry.accountNumber,
            entry.routingNumber,
            entry.amountMinor,
            entry.batch.secCode,
            entry.batch.companyId,
          ].join() === [accountNumber, routingNumber, amountMinor, batch.secCode, batch.companyId].join(),
      ),
    ).toHaveLength(1);
  const outbound = await filed.list({ direction: 'outbound' });
  expect(outbound[0]).toMatchObject({ payments: 4, total: '40.04', total_reversed: '60.06' });
  for (const id of reversals) expect((await filed.ops.get(id)).body.status).toBe('SENT');

  // The payee of one refuses; another payment comes back by itself as well.
  const answers = [
    { entry: await filed.sent(ofRefused), code: 'R01', amountMinor: 2002n, isDebit: true },
    { entry: await filed.sent(returned.id), code: 'R03', amountMinor: 3003n },
  ];
  expect(await filed.answer('returns.ach', answers, 2)).toBe(0);
  expect((await filed.ops.get(ofRefused)).body).toMatchObject({ status: 'FAILED', return_code: 'R01' });
  expect((await filed.ops.get(refused.id)).body).not.toHaveProperty('return_code');
  const [doubt] = (await filed.ops.exceptions({ kind: 'CONTRADICTION' })).body.data;
  expect(doubt).toMatchObject({ transaction_id: returned.id, reason: 'returned-after-reversed' });
  expect((await filed.ops.order({ transaction_id: returned.id })).body.type).toBe(
    '/problems/payment-in-doubt',
  );

  // The bank has both files, as its answers say. Silence then says of a payment first that it was settled.
  const settle = () => reconcileStuckPayments(inDays(10), 'r', () => 60_000);
  const standing = async (id: string) => (await filed.ops.get(id)).body;
  await settle();
  await settle();
  expect(await standing(kept.id)).toMatchObject({
    status: 'SETTLED',
    return_code: 'REVERSED',
    reversed_by: ofKept,
  });
  expect((await standing(ofKept)).status).toBe('SETTLED');
  expect((await standing(refused.id)).status).toBe('SETTLED');
  // The third was taken from a payee who had not been paid: people look at it, and nothing was booked twice.
  expect(await standing(ofReturned)).toMatchObject({ status: 'SETTLED' });
  expect(
    (await filed.ops.exceptions({ kind: 'CONTRADICTION' })).body.data.map(
      ({ reason }: { reason: string }) => reason,
    ),
  ).toEqual(['reversed-after-failed', 'returned-after-reversed']);
  const balances = Object.fromEntries(
    (await filed.ops.trialBalance()).body.data.map((row: { account: string; balance: string }) => [
      row.account,
      row.balance,
    ]),
  );
  expect(balances).toEqual({ CASH: '-60.06', IN_TRANSIT: '0.00', OTHER_DISBURSEMENTS: '60.06' });
  expect((await standing(beside.id)).status).toBe('SETTLED');
  filed.close();
});

test('a reversal goes into no file after the fifth banking day, nor once its payment has come back', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const checker = new Payments(tenant.as('COMPLIANCE'));
  const [old] = [await filed.order('10.00')];
  await writeDueFiles(inDays(-30), 'r', () => 600_000);
  expect((await filed.ops.reverse(old.id)).body).toMatchObject({
    ...{ status: 409, type: '/problems/reversal-too-late' },
    detail: expect.stringMatching(
      /settled on \d{4}-\d\d-\d\d: banks take its reversal until \d{4}-\d\d-\d\d/,
    ),
  });
  const [late, returned, other] = [
    await filed.order('10.00'),
    await filed.order('20.00'),
    await filed.order('30.00'),
  ];
  await writeDueFiles(inDays(-1), 'r', () => 600_000);
  const asked = async ({ id }: FiledPayment): Promise<string> => {
    const { body } = await filed.ops.reverse(id);
    expect((await checker.approve(body.id)).status).toBe(200);
    await expect.poll(() => filed.waits([body.id]), { timeout: 20_000 }).toBe(true);
    return body.id;
  };
  const [ofLate, ofReturned, ofOther] = [await asked(late), await asked(returned), await asked(other)];
  // Company and bank must be those of the payment.
  const set = await new Payments(tenant.as('ADMIN')).setSettings({
    ach_originator: { ...ORIGINATOR, company_id: '1999999999' },
  });
  await approved(tenant, set);
  await filed.answer('r.ach', [{ entry: await filed.sent(returned.id), code: 'R03', amountMinor: 2000n }]);
  // It had not left: it is no contradiction.
  expect((await filed.ops.exceptions({ kind: 'CONTRADICTION' })).body.data).toEqual([]);
  await approved(tenant, await new Payments(tenant.as('ADMIN')).setSettings({ ach_originator: ORIGINATOR }));
  expect(await writeDueFiles(inDays(20), 'r', () => 600_000)).toEqual({ files: 0, payments: 0 });
  expect((await filed.ops.get(ofReturned)).body).toMatchObject({ status: 'FAILED', return_code: 'NOT_PAID' });
  for (const id of [ofLate, ofOther])
    expect((await filed.ops.get(id)).body).toMatchObject({ status: 'FAILED', return_code: 'LATE' });
  expect((await filed.ops.get(late.id)).body).not.toHaveProperty('return_code');
  filed.close();
});

test('a file is fetched by a person, who is named; the account numbers in it are for few, and an object in its place is not it', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const { id } = await filed.order('10.00');
  await writeDueFiles(NOW, 'r', () => 600_000);
  const [file] = await filed.list({ direction: 'outbound', state: 'PREPARED' });
  expect((await filed.fetch(file.id, tenant.as('COMPLIANCE'))).status).toBe(403);
  const fetched = await filed.fetch(file.id);
  expect(fetched.body).toMatchObject({
    ...{ state: 'FETCHED', version: 2, fetched_by: tenant.as('OPS').actorId, fetched_at: expect.any(String) },
  });
  expect(await (await fetch(fetched.body.url)).text()).toBe(await filed.textOf(file.object_key));
  // The first is remembered; that somebody has it here says nothing of the bank.
  expect((await filed.fetch(file.id, tenant.as('ADMIN'))).body).toMatchObject({
    ...{ state: 'FETCHED', version: 2, fetched_by: tenant.as('OPS').actorId },
  });
  expect((await filed.ops.exceptions({ kind: 'UNACKNOWLEDGED_FILE' })).body.data).toHaveLength(1);
  const answer = [{ entry: await filed.sent(id), code: 'R03', amountMinor: 1000n }];
  expect(await filed.answer('r.ach', answer)).toBe(0);
  const [inbound] = await filed.list({ direction: 'inbound' });
  const content = await filed.fetch(inbound.id);
  expect(content.body).toMatchObject({ state: 'APPLIED', version: inbound.version });
  expect(await (await fetch(content.body.url)).text()).toBe(sampleReturnFile(answer));
  await filed.drop('r.ach', 'another');
  expect((await filed.fetch(inbound.id)).body.url).toBeNull();
  const stranger = await insertTestTenant(world.database.admin, 'ISSUER');
  expect((await filed.fetch(file.id, stranger.as('OPS'))).status).toBe(404);
  filed.close();
});

test.each(['two people', 'the bank'])(
  'what %s says the bank has not taken pays nobody, is owed, and is paid once',
  async (who) => {
    const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
    const filed = await FiledPayments.of(world, tenant);
    const checker = new Payments(tenant.as('COMPLIANCE'));
    const earlier = await filed.order('10.00');
    await writeDueFiles(inDays(-1), 'r', () => 600_000);
    const [first] = await filed.list({ direction: 'outbound' });
    const reversal = (await filed.ops.reverse(earlier.id)).body.id;
    await checker.approve(reversal);
    const payments = [await filed.order('20.00'), await filed.order('30.00')];
    await expect.poll(() => filed.waits([reversal]), { timeout: 20_000 }).toBe(true);
    expect(await writeDueFiles(inDays(0), 'r', () => 600_000)).toEqual({ files: 1, payments: 3 });
    const [file] = await filed.list({ direction: 'outbound' });
    const name = `${file.object_key.split('/').at(-1)}`;
    const sha256 = createHash('sha256')
      .update(await filed.textOf(file.object_key))
      .digest('hex');
    const sweep = () => reconcileStuckPayments(inDays(0), 'r', () => 60_000);
    if (who === 'the bank') {
      expect(await filed.answer(`${name}.rej`, `${'0'.repeat(64)} Bad totals.`)).toBe(1);
      expect(await filed.answer(`${name}.rej`, `${sha256} Bad totals.`, 2)).toBe(0);
    } else {
      const asked = await filed.reject(file.id);
      expect(asked.body).toMatchObject({
        kind: 'bank-file-rejection',
        after: { total: '50.00', total_reversed: '10.00' },
      });
      await sweep();
      expect((await filed.ops.get(payments[0]?.id ?? '')).body.status).toBe('SENT');
      await approved(tenant, asked);
      expect((await filed.reject(file.id)).body.type).toBe('/problems/bank-file-not-open');
    }
    expect((await filed.file(file.id)).body).toMatchObject({
      state: 'REJECTED',
      rejected_at: expect.any(String),
      reason: expect.any(String),
    });
    expect((await filed.acknowledge(file.id)).body.type).toBe('/problems/bank-file-not-open');
    await sweep();
    for (const { id } of payments) {
      expect((await filed.ops.get(id)).body).toMatchObject({ status: 'FAILED', return_code: 'REJECTED' });
      const again = await Promise.all([
        filed.ops.order({ transaction_id: id }),
        filed.ops.order({ transaction_id: id }),
      ]);
      expect(again.map(({ status }) => status).sort()).toEqual([202, 409]);
    }
    expect((await filed.ops.get(reversal)).body).toMatchObject({ status: 'FAILED', return_code: 'REJECTED' });
    expect((await filed.ops.get(earlier.id)).body).not.toHaveProperty('return_code');
    // The bank that has rejected a file says that it has it; the file that it has taken it says it rejects: people see both.
    expect(await filed.answer(`${name}.ack`, sha256)).toBe(1);
    await filed.acknowledge(first.id);
    const firstSha = createHash('sha256')
      .update(await filed.textOf(first.object_key))
      .digest('hex');
    expect(await filed.answer(`${first.object_key.split('/').at(-1)}.rej`, firstSha)).toBe(1);
    expect((await filed.list({ state: 'UNREADABLE' })).map(({ reason }) => reason).slice(0, 2)).toEqual([
      'acknowledged-before',
      'rejected-before',
    ]);
    expect((await filed.reject(first.id)).body.type).toBe('/problems/bank-file-not-open');
    expect((await filed.ops.exceptions({ kind: 'UNACKNOWLEDGED_FILE' })).body.data).toEqual([]);
    filed.close();
  },
);

const OFFSET_ACCOUNT = {
  routing_number: '021000021',
  account_number: '0077001234',
  account_type: 'CHECKING',
};
const PROFILE = {
  line_ends: 'CRLF',
  padding: false,
  file_name: 'ACH_{originator}_{yymmdd}{number}.txt',
  offset_account: OFFSET_ACCOUNT,
  non_business_days: ['2026-07-03'],
  time_zone: 'America/Chicago',
  next_day_cut_off: '16:00',
};

/** Settings of a tenant that pays by file, with what its bank asks for. */
class ProfiledPayments {
  readonly admin: Payments;
  readonly #tenant: TestTenant;

  constructor(tenant: TestTenant) {
    this.#tenant = tenant;
    this.admin = new Payments(tenant.as('ADMIN'));
  }

  propose(bank_profile: object) {
    return this.admin.setSettings({ channel: 'NACHA_FILE', ach_originator: ORIGINATOR, bank_profile });
  }

  async set(bank_profile: object): Promise<void> {
    await approved(this.#tenant, await this.propose(bank_profile));
  }
}

test('a bank gets its files as it has asked for them, and what it says of an offset entry waits for people', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const settings = new ProfiledPayments(tenant);
  const proposed = await settings.propose(PROFILE);
  const shown = {
    ...{ ...PROFILE, entry_description: null, same_day_cut_off: null, prenotes: false },
    offset_account: { routing_number: '021000021', account_last4: '1234', account_type: 'CHECKING' },
  };
  expect(proposed.body).toMatchObject({
    before: { bank_profile: { line_ends: 'LF', file_name: '{date}-{sequence}.ach', offset_account: null } },
    after: { bank_profile: shown },
  });
  await approved(tenant, proposed);
  // Repeating what is set, with the number or without, changes nothing that another person has to look at.
  const { account_number: _, ...unnumbered } = OFFSET_ACCOUNT;
  for (const offset_account of [unnumbered, OFFSET_ACCOUNT]) {
    const kept = await settings.propose({ ...PROFILE, offset_account });
    expect([kept.status, kept.body.bank_profile]).toEqual([200, shown]);
  }

  const [hand, other] = [await filed.order('10.01'), await filed.order('20.02')];
  const client = await world.database.admin.connect();
  let dividend = '';
  try {
    // A line of a dividend that is paid again.
    await client.query('set session_replication_role = replica');
    const { rows } = await client.query(
      `with declared as (insert into dividends (tenant_id, security_class, currency, exponent, total_pool, declaration_date, record_date, payable_date, idempotency_key)
         values ($1, 'COMMON', 'USD', 2, 3003, '2026-06-01', '2026-06-15', '2026-07-01', 'profiled') returning id),
       paid as (insert into transactions (tenant_id, type, amount, currency, shareholder_id, repays_dividend_id, source_account)
         select $1, 'DISBURSE', 3003, 'USD', $2, id, 'DIVIDENDS_PAYABLE' from declared returning id)
       insert into payment_orders (tenant_id, transaction_id, bank_account_id, channel, request_id, released_at)
       select $1, id, $3, 'NACHA_FILE', 'test', now() from paid returning transaction_id`,
      [tenant.id, hand.holder, hand.accountId],
    );
    dividend = rows[0].transaction_id;
  } finally {
    await client.query('set session_replication_role = origin');
    client.release();
  }
  // 16:30 in Chicago: after the cut-off, so it counts to the 6th, since the bank is closed on the 3rd.
  const evening = new Date('2026-07-02T21:30:00Z');
  const bucket = process.env.UPLOADS_BUCKET;
  process.env.UPLOADS_BUCKET = 'gone';
  await expect(writeDueFiles(evening, 'r', () => 600_000)).rejects.toThrow();
  process.env.UPLOADS_BUCKET = bucket;
  // The bank asks for something else, once the file is fixed.
  await settings.set({ entry_description: 'ACME STOCK' });
  await writeDueFiles(evening, 'r', () => 600_000);
  const [key = ''] = await filed.outbound();
  expect(key).toBe(`ach/outbound/${tenant.slug}/ACH_1987654321_26070201.txt`);
  const text = await filed.textOf(key);
  const lines = text.split('\r\n');
  expect([lines.pop(), lines.length]).toEqual(['', 11]);
  expect(
    readNachaFile(text).batches.map(({ serviceClassCode, entryDescription, effectiveEntryDate, entries }) => [
      ...[serviceClassCode, entryDescription, effectiveEntryDate],
      entries.map(({ transactionCode, amountMinor }) => `${transactionCode} ${amountMinor}`),
    ]),
  ).toEqual([
    ['200', 'DIVIDEND', '2026-07-07', ['22 3003', '27 3003']],
    ['200', 'PAYMENT', '2026-07-07', ['22 1001', '22 2002', '27 3003']],
  ]);
  const [file] = await filed.list({ direction: 'outbound' });
  expect(file).toMatchObject({ payments: 3, total: '60.06' });
  expect(file).not.toHaveProperty('total_reversed');

  // The next file goes on behind the last offset entry, as the bank wants it now.
  const later = await filed.order('40.04');
  await writeDueFiles(evening, 'r', () => 600_000);
  const [second = ''] = (await filed.outbound()).filter((place) => place !== key);
  expect(second).toBe(`ach/outbound/${tenant.slug}/2026-07-02-B.ach`);
  expect(
    readNachaFile(await filed.textOf(second)).batches.map(({ entryDescription, entries }) => [
      entryDescription,
      entries.map(({ traceNumber }) => traceNumber),
    ]),
  ).toEqual([['ACME STOCK', ['021000020000006']]]);

  // The bank refuses to take money from the tenant's account, and returns a payment beside that.
  const offset = { traceNumber: '021000020000005', reference: 'OFFSET' };
  expect(
    await filed.answer('returns.ach', [
      { entry: offset, code: 'R02', amountMinor: 3003n, isDebit: true },
      { entry: await filed.sent(other.id), code: 'R03', amountMinor: 2002n },
    ]),
  ).toBe(0);
  await filed.ops.until(other.id, 'FAILED');
  const [inbound] = await filed.list({ direction: 'inbound' });
  expect(inbound).toMatchObject({ state: 'PARTLY', counts: { applied: 1, unmatched: 1 } });
  const [item] = (await filed.ops.exceptions({ kind: 'BANK_ITEM' })).body.data;
  expect(item).toMatchObject({ reason: 'offset-entry', code: 'R02', amount: '30.03' });
  expect(item.actions.map(({ operation }: { operation: string }) => operation)).toEqual([
    'acknowledgeBankFile',
  ]);
  expect((await filed.match({ file: inbound.id, item: item.id }, dividend)).body.type).toBe(
    '/problems/bank-item-not-of-payment',
  );
  expect((await filed.acknowledge(inbound.id)).status).toBe(200);
  expect((await filed.ops.exceptions({ kind: 'BANK_ITEM' })).body.data).toEqual([]);
  for (const id of [hand.id, dividend]) expect((await filed.ops.get(id)).body.status).toBe('SENT');

  // An acknowledgement names the file as it is named; an unknown name of another kind is a file like any other.
  const sha256 = createHash('sha256').update(text).digest('hex');
  const third = await filed.order('50.05');
  await writeDueFiles(evening, 'r', () => 600_000);
  const answer = [{ entry: await filed.sent(later.id), code: 'R03', amountMinor: 4004n }];
  expect(await filed.answer('batch.ack', answer)).toBe(0);
  await filed.ops.until(later.id, 'FAILED');
  const [newest] = await filed.list({ direction: 'outbound' });
  expect(await filed.answer(`${newest.object_key.split('/').at(-1)}.ack`, '0'.repeat(64))).toBe(1);
  expect(await filed.answer('ACH_1987654321_26070201.txt.ack', sha256)).toBe(0);
  expect((await filed.file(file.id)).body.state).toBe('ACKNOWLEDGED');
  expect((await filed.ops.get(third.id)).body.status).toBe('SENT');

  // Nobody reads the account's number anywhere but in the file.
  const { rows } = await world.database.admin.query(
    `select (select json_agg(s) from payment_settings s where s.tenant_id = $1)::text || (select json_agg(f) from outbound_files f
       where f.tenant_id = $1)::text || (select json_agg(c) from change_requests c where c.tenant_id = $1)::text ||
       (select json_agg(a) from audit_log a where a.tenant_id = $1)::text as all`,
    [tenant.id],
  );
  expect(rows[0].all).toContain('1234');
  expect(rows[0].all).not.toContain(OFFSET_ACCOUNT.account_number);
  filed.close();
});

test('a name that another file of the tenant has had is given to no second one', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  await filed.order('10.00');
  await writeDueFiles(NOW, 'r', () => 600_000);
  await world.database.admin.query('update outbound_files set object_key = $2 where tenant_id = $1', [
    tenant.id,
    `ach/outbound/${tenant.slug}/260702B`,
  ]);
  await new ProfiledPayments(tenant).set({ file_name: '{yymmdd}{sequence}' });
  await filed.order('20.00');
  await writeDueFiles(NOW, 'r', () => 600_000);
  expect((await filed.list({ direction: 'outbound' }))[0].object_key).toBe(
    `ach/outbound/${tenant.slug}/2026-07-02-B.ach`,
  );
  filed.close();
});

/** A tenant whose bank is asked for new accounts, and a holder whom it has paid into an older one. */
class AskedAccounts {
  readonly filed: FiledPayments;
  readonly settings: ProfiledPayments;
  readonly holder: string;
  readonly old: string;

  private constructor(filed: FiledPayments, settings: ProfiledPayments, { holder, accountId }: FiledPayment) {
    this.filed = filed;
    this.settings = settings;
    this.holder = holder;
    this.old = accountId;
  }

  static async of(tenant: TestTenant, profile: object = {}): Promise<AskedAccounts> {
    const filed = await FiledPayments.of(world, tenant);
    const payment = await filed.order('1.00');
    await writeDueFiles(NOW, 'r', () => 600_000);
    const settings = new ProfiledPayments(tenant);
    await settings.set({ prenotes: true, ...profile });
    return new AskedAccounts(filed, settings, payment);
  }

  async add(account: object = {}): Promise<string> {
    const { body } = await this.filed.ops.addAccount(this.holder, account);
    expect(body).toMatchObject({ prenote: 'WAITING', status: 'ACTIVE', approval: 'APPROVED' });
    return body.id;
  }

  async get(account: string): Promise<Record<string, unknown>> {
    const { data } = (await this.filed.ops.accounts(this.holder)).body;
    return data.find(({ id }: { id: string }) => id === account);
  }

  order(bank_account_id?: string) {
    const order = { shareholder_id: this.holder, amount: '5.00', currency: 'USD' };
    return this.filed.ops.order({ ...order, ...(bank_account_id === undefined ? {} : { bank_account_id }) });
  }

  /** The entries by which the newest file asks, as the bank has them. */
  async asked() {
    const [file] = await this.filed.list({ direction: 'outbound' });
    const { batches } = readNachaFile(await this.filed.textOf(file.object_key));
    const entries = batches.flatMap((batch) =>
      batch.entries.map((entry) => ({ ...entry, description: batch.entryDescription })),
    );
    return entries.filter(({ transactionCode }) => ['23', '33'].includes(transactionCode));
  }

  async acknowledge(): Promise<void> {
    for (const { id, state } of await this.filed.list({ direction: 'outbound' }))
      if (state === 'PREPARED') await this.filed.acknowledge(id);
  }
}

const silentUntil = (at: string) => reconcileStuckPayments(new Date(at), 'r', () => 60_000);

test('a new account is asked for by an entry of no money, and paid into once three banking days are over in silence', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const asked = await AskedAccounts.of(tenant, { offset_account: OFFSET_ACCOUNT });
  const { filed } = asked;
  expect(await asked.get(asked.old)).toMatchObject({ prenote: null });
  const account = await asked.add({ account_number: '000987654321', account_type: 'SAVINGS' });
  const refusal = async () => (await asked.order(account)).body;
  expect(await refusal()).toMatchObject({
    type: '/problems/bank-account-blocked',
    detail: expect.stringContaining('next file'),
  });
  // Meanwhile payments go into the one before.
  const beside = (await asked.order()).body;
  expect(beside.bank_account_id).toBe(asked.old);
  await expect.poll(() => filed.waits([beside.id]), { timeout: 20_000 }).toBe(true);

  // A file that was cut off is written as it was fixed.
  const bucket = process.env.UPLOADS_BUCKET;
  process.env.UPLOADS_BUCKET = 'gone';
  await expect(writeDueFiles(NOW, 'r', () => 600_000)).rejects.toThrow();
  process.env.UPLOADS_BUCKET = bucket;
  await writeDueFiles(NOW, 'r', () => 600_000);
  expect((await filed.list({ direction: 'outbound' }))[0]).toMatchObject({
    ...{ payments: 1, prenotes: 1, total: '5.00' },
  });
  expect(await asked.asked()).toMatchObject([
    { transactionCode: '33', amountMinor: 0n, accountNumber: '000987654321', description: 'PRENOTE' },
  ]);
  expect(await asked.get(account)).toMatchObject({ prenote: 'SENT' });
  expect((await refusal()).detail).toContain('three banking days');
  const kept = await world.database.admin.query(
    'select instruction_sealed from outbound_prenotes where tenant_id = $1',
    [tenant.id],
  );
  expect(kept.rows).toEqual([{ instruction_sealed: 'purged' }]);
  // Nor does SQL release a payment into it.
  const client = await world.database.admin.connect();
  try {
    await client.query('begin; set local session_replication_role = replica');
    await client.query(
      `with paid as (insert into transactions (tenant_id, type, amount, currency, shareholder_id, source_account)
         values ($1, 'DISBURSE', 100, 'USD', $2, 'OTHER_DISBURSEMENTS') returning id)
       insert into payment_orders (tenant_id, transaction_id, bank_account_id, channel, request_id)
       select $1, id, $3, 'NACHA_FILE', 'test' from paid`,
      [tenant.id, asked.holder, account],
    );
    await client.query('set local session_replication_role = origin');
    await expect(
      client.query('update payment_orders set released_at = now() where bank_account_id = $1', [account]),
    ).rejects.toThrow('may not be paid into yet');
  } finally {
    await client.query('rollback');
    client.release();
  }

  // Silence says nothing while nobody has said that the bank has the file.
  await silentUntil('2026-07-20T12:00:00Z');
  expect(await asked.get(account)).toMatchObject({ prenote: 'SENT' });
  await asked.acknowledge();
  // It took effect on the 3rd: the 6th, the 7th and the 8th are its days.
  await silentUntil('2026-07-08T23:00:00Z');
  expect(await asked.get(account)).toMatchObject({ prenote: 'SENT' });
  await silentUntil('2026-07-09T01:00:00Z');
  expect(await asked.get(account)).toMatchObject({ prenote: 'PASSED', status: 'ACTIVE' });
  const paid = await asked.order();
  expect([paid.status, paid.body.bank_account_id]).toEqual([202, account]);
  filed.close();
});

test.each([
  ['R03', 'BLOCKED'],
  ['R10', 'REVOKED'],
  ['R24', 'BLOCKED'],
  ['R99', 'BLOCKED'],
])(
  'an account whose prenote comes back as %s is %s, also after it has passed, and nothing that waits leaves',
  async (code, status) => {
    const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
    const asked = await AskedAccounts.of(tenant);
    const { filed } = asked;
    const [early, late] = [
      await asked.add({ account_number: '1111222233' }),
      await asked.add({ account_number: '4444555566' }),
    ];
    await writeDueFiles(NOW, 'r', () => 600_000);
    const entries = await asked.asked();
    const answerTo = (accountNumber: string, reference?: string) => {
      const entry = entries.find((one) => one.accountNumber === accountNumber);
      const { traceNumber = '', individualId = '' } = entry ?? {};
      return [{ entry: { traceNumber, reference: reference ?? individualId }, code, amountMinor: 0n }];
    };
    // The bank leaves the reference out, and sends the file three times; it has ours, then.
    expect(await filed.answer('early.ach', answerTo('1111222233', ''), 3)).toBe(0);
    const refused = await asked.get(early);
    expect(refused).toMatchObject({ prenote: 'REFUSED', status, status_reason: code });
    expect((await asked.order(early)).body.type).toBe('/problems/bank-account-blocked');
    const [inbound] = await filed.list({ direction: 'inbound' });
    expect((await filed.file(inbound.id)).body).toMatchObject({
      state: 'APPLIED',
      items: [{ state: 'APPLIED', code, transaction_id: null, bank_account_id: early }],
    });
    await silentUntil('2026-07-20T12:00:00Z');
    expect(await asked.get(early)).toEqual(refused);
    expect(await asked.get(late)).toMatchObject({ prenote: 'PASSED' });

    const waiting = (await asked.order(late)).body.id;
    await expect.poll(() => filed.waits([waiting]), { timeout: 20_000 }).toBe(true);
    // Money that comes back is of no prenote.
    const [answer] = answerTo('4444555566');
    expect(
      await filed.answer('money.ach', answer === undefined ? [] : [{ ...answer, amountMinor: 100n }]),
    ).toBe(0);
    expect(await asked.get(late)).toMatchObject({ prenote: 'PASSED' });
    expect(await filed.answer('late.ach', answerTo('4444555566'))).toBe(0);
    expect(await asked.get(late)).toMatchObject({ prenote: 'REFUSED', status });
    await writeDueFiles(NOW, 'r', () => 600_000);
    expect((await filed.ops.get(waiting)).body).toMatchObject({ status: 'FAILED', return_code: 'ACCOUNT' });
    filed.close();
  },
);

test('an answer to a prenote that names nothing is matched with its account by two people, once', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const asked = await AskedAccounts.of(tenant);
  const { filed } = asked;
  const accounts = [
    await asked.add({ account_number: '1111222233' }),
    await asked.add({ account_number: '4444555566' }),
  ];
  await writeDueFiles(NOW, 'r', () => 600_000);
  const unasked = await asked.add({ account_number: '7777888899' });
  const entry = { traceNumber: '021000029999999', reference: 'SOMEBODY ELSE' };
  const answers = [
    { entry, code: 'R03', amountMinor: 0n },
    { entry, code: 'R03', amountMinor: 100n },
    { entry, code: 'C01', correctedData: '99887766' },
  ];
  await filed.answer('nameless.ach', answers);
  const [{ id: file }] = (await filed.list({ direction: 'inbound' })) as [{ id: string }];
  const { items } = (await filed.file(file)).body;
  const of = (code: string, amount: string | null) =>
    items.find(
      (item: { code: string; amount: string | null }) => item.code === code && item.amount === amount,
    ).id as string;
  const [returned, ofMoney, changed] = [of('R03', '0.00'), of('R03', '1.00'), of('C01', null)];
  const [refused = '', corrected = ''] = accounts;
  const match = (item: string, bank_account_id: string, as = tenant.as('OPS')) =>
    filed.match({ file, item }, { bank_account_id }, as);
  expect((await match(ofMoney, refused)).body).toMatchObject(problemOf('bank-item-not-of-payment'));
  expect((await match(returned, unasked)).body).toMatchObject(problemOf('payment-not-released'));
  expect((await match(returned, randomUUID())).status).toBe(404);
  const stranger = await insertTestTenant(world.database.admin, 'ISSUER');
  expect((await match(returned, refused, stranger.as('OPS'))).status).toBe(404);
  expect(
    (await filed.match({ file, item: returned }, { bank_account_id: refused, transaction_id: randomUUID() }))
      .status,
  ).toBe(422);

  const proposed = await match(returned, refused);
  expect(proposed.body).toMatchObject({
    kind: 'bank-item',
    after: { bank_account_id: refused, code: 'R03', amount: '0.00' },
  });
  expect(await asked.get(refused)).toMatchObject({ prenote: 'SENT', status: 'ACTIVE' });
  await approved(tenant, proposed);
  expect(await asked.get(refused)).toMatchObject({
    prenote: 'REFUSED',
    status: 'BLOCKED',
    status_reason: 'R03',
  });
  expect((await match(returned, corrected)).body).toMatchObject(problemOf('bank-item-resolved'));
  const notified = await match(changed, corrected);
  expect(notified.text).not.toContain('99887766');
  await approved(tenant, notified);
  expect(await asked.get(corrected)).toMatchObject({ prenote: 'SENT', account_last4: '7766' });
  expect((await filed.file(file)).body).toMatchObject({
    state: 'PARTLY',
    counts: { resolved: 2, unmatched: 1 },
    items: expect.arrayContaining([
      expect.objectContaining({
        id: returned,
        state: 'RESOLVED',
        bank_account_id: refused,
        transaction_id: null,
      }),
    ]),
  });
  // An open item keeps the other account waiting.
  await silentUntil('2026-07-20T12:00:00Z');
  expect(await asked.get(corrected)).toMatchObject({ prenote: 'SENT' });
  await filed.acknowledge(file);
  await silentUntil('2026-07-20T12:00:00Z');
  expect(await asked.get(corrected)).toMatchObject({ prenote: 'PASSED' });
  filed.close();
});

test('a notification of change on a prenote corrects the account once, and the account goes on to be paid', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const asked = await AskedAccounts.of(tenant);
  const account = await asked.add();
  await writeDueFiles(NOW, 'r', () => 600_000);
  const [entry] = await asked.asked();
  const { traceNumber = '', individualId: reference = '' } = entry ?? {};
  const answers = [{ entry: { traceNumber, reference }, code: 'C01', correctedData: '99887766' }];
  for (const name of ['1.ach', '2.ach']) expect(await asked.filed.answer(name, answers, 2)).toBe(0);
  expect(await asked.get(account)).toMatchObject({
    ...{ prenote: 'SENT', account_last4: '7766', status: 'ACTIVE' },
    notifications_of_change: [
      { code: 'C01', transaction_id: null, applied: true, before: { account_last4: '6789' } },
    ],
  });
  await silentUntil('2026-07-09T01:00:00Z');
  expect(await asked.get(account)).toMatchObject({ prenote: 'PASSED' });
  asked.filed.close();
});

test.each(['two people', 'the bank'])(
  'an account of a file that %s say was not taken is asked for again, and waits for nothing once nobody asks',
  async (who) => {
    const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
    const asked = await AskedAccounts.of(tenant);
    const { filed } = asked;
    const account = await asked.add();
    // Several runs at once ask once.
    await Promise.all([1, 2, 3].map(() => writeDueFiles(NOW, 'r', () => 600_000)));
    expect(await filed.list({ direction: 'outbound' })).toHaveLength(2);
    const [file] = await filed.list({ direction: 'outbound' });
    expect(file).toMatchObject({ payments: 0, prenotes: 1, total: '0.00' });
    if (who === 'two people') await approved(tenant, await filed.reject(file.id));
    else {
      const text = await filed.textOf(file.object_key);
      const name = `${file.object_key.split('/').at(-1)}.rej`;
      expect(await filed.answer(name, createHash('sha256').update(text).digest('hex'))).toBe(0);
    }
    expect(await asked.get(account)).toMatchObject({ prenote: 'WAITING' });
    await silentUntil('2026-07-20T12:00:00Z');
    expect(await asked.get(account)).toMatchObject({ prenote: 'WAITING' });
    await writeDueFiles(NOW, 'r', () => 600_000);
    expect(await asked.asked()).toHaveLength(1);
    const sent = await asked.get(account);
    expect(sent).toMatchObject({ prenote: 'SENT' });
    // Other wishes of the bank change nothing of that, and once it asks for no prenotes nobody waits for one.
    await asked.settings.set({ prenotes: true, line_ends: 'CRLF' });
    expect(await asked.get(account)).toEqual(sent);
    await asked.settings.set({});
    expect(await asked.get(account)).toMatchObject({ prenote: null });
    expect((await asked.order(account)).status).toBe(202);
    filed.close();
  },
);

test.each<[string, object, string]>([
  ['line ends of old Macs', { line_ends: 'CR' }, '/bank_profile/line_ends'],
  ['a padding in words', { padding: 'yes' }, '/bank_profile/padding'],
  ['a name without a day', { file_name: 'payments-{sequence}.ach' }, '/bank_profile/file_name'],
  ['a name in another folder', { file_name: '../{date}{sequence}' }, '/bank_profile/file_name'],
  ['a description in small letters', { entry_description: 'Dividend' }, '/bank_profile/entry_description'],
  [
    'a description of eleven characters',
    { entry_description: 'DIVIDENDS Q' },
    '/bank_profile/entry_description',
  ],
  ['a description without a letter', { entry_description: '...' }, '/bank_profile/entry_description'],
  [
    'a description with a space behind it',
    { entry_description: 'STOCK ' },
    '/bank_profile/entry_description',
  ],
  ['a word of Nacha’s', { entry_description: 'REVERSAL' }, '/bank_profile/entry_description'],
  [
    'an account of no bank',
    { offset_account: { ...OFFSET_ACCOUNT, routing_number: '123456789' } },
    '/bank_profile/offset_account/routing_number',
  ],
  [
    'an account of three digits',
    { offset_account: { ...OFFSET_ACCOUNT, account_number: '123' } },
    '/bank_profile/offset_account/account_number',
  ],
  [
    'an account whose number nobody has entered',
    { offset_account: { routing_number: '021000021', account_type: 'SAVINGS' } },
    '/bank_profile/offset_account/account_number',
  ],
  ['a day twice', { non_business_days: ['2026-07-03', '2026-07-03'] }, '/bank_profile/non_business_days'],
  ['a day that is none', { non_business_days: ['2026-02-30'] }, '/bank_profile/non_business_days/0'],
  [
    'a bank that is never open',
    { non_business_days: Array.from({ length: 101 }, (_, day) => addDays('2026-07-02', day)) },
    '/bank_profile/non_business_days',
  ],
  ['a zone that is none', { time_zone: 'America/Gotham' }, '/bank_profile/time_zone'],
  ['prenotes for some', { prenotes: 'new' }, '/bank_profile/prenotes'],
  ['a time of no clock', { next_day_cut_off: '24:00' }, '/bank_profile/next_day_cut_off'],
  [
    'a cut-off for today after the one for tomorrow',
    { same_day_cut_off: '18:00', next_day_cut_off: '16:00' },
    '/bank_profile/same_day_cut_off',
  ],
  ['a wish that nobody knows', { encoding: 'EBCDIC' }, '/bank_profile/encoding'],
])('no bank has %s', async (_, profile, pointer) => {
  const refused = await new ProfiledPayments(acme).propose(profile);
  expect(refused.status, refused.text).toBe(422);
  expect(refused.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
});
/** A tenant whose account has a number, and whose file of the day has payments of these amounts. */
async function withStatements(...amounts: string[]) {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant, {
    statement_account: { account_number: '123456789' },
  });
  const payments: FiledPayment[] = [];
  for (const amount of amounts) payments.push(await filed.order(amount));
  if (amounts.length > 0) await writeDueFiles(NOW, 'r', () => 600_000);
  const [file] = await filed.list({ direction: 'outbound' });
  const desk = async (query: Record<string, string> = {}) =>
    (await filed.ops.exceptions({ kind: 'STATEMENT_ITEM', ...query })).body.data;
  const statementFile = async (name: string) => {
    const all = await filed.list({ direction: 'inbound', limit: '200' });
    const { id } = all.find(({ object_key }) => object_key.endsWith(`/${name}`)) ?? {};
    return (await filed.file(id, { limit: '200' })).body;
  };
  return { tenant, filed, payments, file, desk, statementFile };
}

/** A statement of some days of July 2026. */
const statementOf = (
  days: readonly [number, number],
  opening: number,
  entries: SampleStatement['entries'],
) => ({
  ...{ account: '0123456789', openingMinor: BigInt(opening), entries },
  ...{ from: `2026-07-0${days[0]}`, to: `2026-07-0${days[1]}` },
});

const problemOf = (slug: string) => ({ type: `/problems/${slug}` });
const sumOf = (count: number, amount: string) => ({ count, amount });

test('a statement is matched with the file, a return and nothing else; what differs is seen until it ends, and the report accounts for all of it', async () => {
  const { tenant, filed, payments, file, desk, statementFile } = await withStatements(
    '10.00',
    '20.00',
    '30.00',
  );
  const [silent, returned] = payments as [FiledPayment, FiledPayment];
  const empty = await filed.reconciliation();
  expect(empty).toMatchObject({
    ...{ bank: null, difference: null, data: [] },
    ledger: { cash: '0.00', in_transit: '-60.00', balance: '-60.00', before_statements: null },
  });
  const { traceNumber } = await filed.sent(returned.id);
  const entries = [
    { day: '2026-07-03', amountMinor: -6_000n, bankReference: 'B1', text: 'ACH SETTLEMENT 2026-07-02-A.ach' },
    { day: '2026-07-03', amountMinor: -1_234n, bankReference: 'B2', reference: 'MONTHLY FEE' },
    {
      day: '2026-07-03',
      amountMinor: 2_000n,
      bankReference: 'B3',
      reference: traceNumber,
      text: 'RETURN, R03/',
    },
  ];
  const third = statementOf([3, 3], 100_000, entries);
  expect(await filed.answer('bank-0703.bai', sampleBai(third), 3)).toBe(0);

  const read = await statementFile('bank-0703.bai');
  expect(read).toMatchObject({
    ...{ kind: 'STATEMENT', state: 'PARTLY', counts: { items: 3, applied: 2, unmatched: 1 } },
    statements: [
      { from: '2026-07-03', opening_balance: '1000.00', closing_balance: '947.66', entries: 3, repeated: 0 },
    ],
    items: [
      {
        state: 'APPLIED',
        kind: 'DEBIT',
        amount: '-60.00',
        outbound_file_id: file.id,
        booked_on: '2026-07-03',
      },
      { state: 'UNMATCHED', kind: 'DEBIT', amount: '-12.34', reason: 'unknown', reference: 'MONTHLY FEE' },
      { state: 'APPLIED', kind: 'CREDIT', amount: '20.00', transaction_id: returned.id },
    ],
  });
  const fee = read.items[1];
  const seen = await desk();
  expect(
    seen
      .map((one: { reason: string; amount: string; actions: { operation: string }[] }) => [
        ...[one.reason, one.amount, one.actions.map(({ operation }) => operation).join()],
      ])
      .toSorted(),
  ).toEqual([
    ['not-in-ledger', '20.00', 'resolveTransaction'],
    ['unknown', '-12.34', 'matchBankItem'],
  ]);
  const day = empty.as_of as string;
  const of = {
    opening_day: '2026-07-03',
    opening_balance: '1000.00',
    closing_day: '2026-07-03',
    closing_balance: '947.66',
  };
  expect(await filed.reconciliation({ as_of: day })).toMatchObject({
    bank: { ...of, entries: sumOf(3, '-52.34') },
    ledger: { cash: '0.00', in_transit: '-60.00', balance: '-60.00', before_statements: '0.00' },
    ...{ matched: sumOf(3, '-60.00'), unmatched: sumOf(1, '-12.34'), ahead: sumOf(1, '20.00') },
    ...{ explained: sumOf(0, '0.00'), outstanding: sumOf(0, '0.00'), difference: '0.00' },
    data: [
      { held_by: 'BANK', amount: '-12.34', reason: 'unknown', item_id: fee.id, bank_file_id: read.id },
      { held_by: 'BANK', amount: '20.00', reason: 'not-in-ledger', transaction_id: returned.id },
    ].toSorted((a, b) =>
      (a.item_id ?? a.transaction_id ?? '') < (b.item_id ?? b.transaction_id ?? '') ? -1 : 1,
    ),
  });
  // The ledger had not moved yet on the bank's day: there it is ahead by the file, too.
  expect(await filed.reconciliation({ as_of: '2026-07-03' })).toMatchObject({
    ...{ matched: sumOf(0, '0.00'), ahead: sumOf(4, '-40.00'), difference: '0.00' },
    ledger: { balance: '0.00' },
  });

  // A fee that nobody knows keeps nothing from being settled, and money that is back keeps its payment.
  await filed.acknowledge(file.id);
  await reconcileStuckPayments(new Date('2026-07-20T12:00:00Z'), 'r', () => 60_000);
  expect((await filed.ops.get(silent.id)).body.status).toBe('SETTLED');
  expect((await filed.ops.get(returned.id)).body.status).toBe('SENT');
  const answer = { entry: await filed.sent(returned.id), code: 'R03', amountMinor: 2_000n };
  await filed.answer('returns.ach', [answer]);
  await filed.ops.until(returned.id, 'FAILED');
  expect((await desk()).map(({ id }: { id: string }) => id)).toEqual([fee.id]);

  // Two people say what the fee is.
  const at = { file: read.id as string, item: fee.id as string };
  for (const wrong of [
    {},
    { explanation: 'FEE' },
    { transaction_id: silent.id, explanation: 'FEE', reason: 'x' },
    { bank_file_id: file.id, reason: 'x' },
  ])
    expect((await filed.match(at, wrong)).status).toBe(422);
  expect((await filed.match(at, silent.id)).body).toMatchObject(problemOf('bank-item-not-of-payment'));
  expect((await filed.match(at, { bank_file_id: file.id })).body).toMatchObject(
    problemOf('bank-item-not-of-payment'),
  );
  expect((await filed.match({ ...at, item: read.items[0].id }, silent.id)).body).toMatchObject(
    problemOf('bank-item-resolved'),
  );
  const stranger = await insertTestTenant(world.database.admin, 'ISSUER');
  expect((await filed.match(at, silent.id, stranger.as('OPS'))).status).toBe(404);
  const proposed = await filed.match(at, {
    explanation: 'FEE',
    reason: 'The price list of the bank, page 3.',
  });
  expect(proposed.body).toMatchObject({
    kind: 'statement-item',
    after: { amount: '-12.34', explanation: 'FEE' },
  });
  expect(await desk()).toHaveLength(1);
  await approved(tenant, proposed);
  expect(await desk()).toEqual([]);
  expect((await desk({ state: 'RESOLVED' })).map(({ reason }: { reason: string }) => reason)).toEqual([
    'fee',
  ]);
  expect(await statementFile('bank-0703.bai')).toMatchObject({
    state: 'APPLIED',
    items: [{}, { state: 'RESOLVED', explanation: 'FEE' }, {}],
  });
  const reconciled = {
    ...{ matched: sumOf(4, '-40.00'), explained: sumOf(1, '-12.34'), unmatched: sumOf(0, '0.00') },
    ...{ ahead: sumOf(0, '0.00'), outstanding: sumOf(0, '0.00'), difference: '0.00', data: [] },
    ledger: { cash: '-40.00', in_transit: '0.00' },
  };
  expect(await filed.reconciliation()).toMatchObject(reconciled);

  // The same in another place, or in another format, and a longer one that has it.
  expect(await filed.answer('again.bai', sampleBai(third))).toBe(0);
  expect(await filed.answer('again.xml', sampleCamt('08', third))).toBe(0);
  expect(await filed.reconciliation()).toMatchObject(reconciled);
  const funding = { day: '2026-07-06', amountMinor: 50_000n, bankReference: 'B4', reference: 'FUNDING' };
  expect(
    await filed.answer('days.xml', sampleCamt('02', statementOf([3, 6], 100_000, [...entries, funding]))),
  ).toBe(0);
  expect(await statementFile('days.xml')).toMatchObject({
    statements: [{ entries: 4, repeated: 3 }],
    items: [{ amount: '500.00' }],
  });
  expect(await filed.reconciliation()).toMatchObject({
    bank: { closing_day: '2026-07-06', closing_balance: '1447.66' },
    difference: '0.00',
  });
  expect(await filed.reconciliation({ as_of: '2026-07-05' })).toMatchObject({
    bank: { closing_day: '2026-07-05', closing_balance: '947.66' },
  });
  // One that tells a day otherwise is not booked, and one that is missing leaves a difference.
  const other = statementOf([3, 3], 100_000, [{ day: '2026-07-03', amountMinor: -1n, bankReference: 'B1' }]);
  expect(await filed.answer('other.xml', sampleCamt('08', other))).toBe(1);
  expect(await statementFile('other.xml')).toMatchObject({
    state: 'UNREADABLE',
    reason: 'overlaps',
    items: [{ reason: 'overlaps' }],
  });
  await filed.answer('later.bai', sampleBai(statementOf([8, 8], 144_000, [])));
  expect(await filed.reconciliation()).toMatchObject({
    bank: { closing_balance: '1440.00' },
    difference: '-7.66',
  });
  await filed.answer(
    'missing.bai',
    sampleBai(statementOf([7, 7], 144_766, [{ day: '2026-07-07', amountMinor: -766n }])),
  );
  expect(await filed.reconciliation()).toMatchObject({ difference: '0.00', unmatched: sumOf(2, '492.34') });
  filed.close();
});

test('money that a statement shows to be back, and of which no return comes, is taken back by two people, whatever its payment has become', async () => {
  const { tenant, filed, payments, file, desk } = await withStatements('10.00', '20.00');
  const [settled, silent] = payments as [FiledPayment, FiledPayment];
  await filed.acknowledge(file.id);
  await reconcileStuckPayments(new Date('2026-07-20T12:00:00Z'), 'r', () => 60_000);
  for (const { id } of payments) await filed.ops.until(id, 'SETTLED');
  const resolution = { outcome: 'RETURNED', code: 'R02', reason: 'The statement of July 8.' };
  expect((await filed.ops.resolve(settled.id, resolution)).body).toMatchObject(
    problemOf('payment-not-in-doubt'),
  );
  // One credit for both, with a detail for each.
  const details = [
    { amountMinor: 1_000n, reference: settled.id.replaceAll('-', '') },
    { amountMinor: 2_000n, reference: paymentReference(silent.id) },
  ];
  const entries = [
    { day: '2026-07-08', amountMinor: -3_000n, text: 'ACH 2026-07-02-A' },
    { day: '2026-07-08', amountMinor: 3_000n, details },
  ];
  await filed.answer('0708.xml', sampleCamt('02', statementOf([8, 8], 0, entries)));
  expect((await desk()).map(({ reason }: { reason: string }) => reason)).toEqual(['not-in-ledger']);
  expect(await filed.reconciliation()).toMatchObject({ ahead: sumOf(2, '30.00'), difference: '0.00' });
  for (const { id } of payments) {
    await approved(tenant, await filed.ops.resolve(id, resolution));
    expect((await filed.ops.get(id)).body).toMatchObject({ status: 'SETTLED', return_code: 'R02' });
  }
  expect(await desk()).toEqual([]);
  expect(await filed.reconciliation()).toMatchObject({
    ahead: sumOf(0, '0.00'),
    outstanding: sumOf(0, '0.00'),
    difference: '0.00',
    data: [],
  });
  filed.close();
});

test('what is outstanding is what has left in the ledger and not at the bank, and an entry is matched by hand with what has its amount, once', async () => {
  const { tenant, filed, payments, file, desk, statementFile } = await withStatements('10.00', '20.00');
  const [first, second] = payments as [FiledPayment, FiledPayment];
  const entry = (amountMinor: bigint, bankReference: string) => ({
    day: '2026-07-03',
    amountMinor,
    bankReference,
    reference: 'WIRE OUT',
  });
  const opening = statementOf([3, 3], 0, [entry(-1_000n, 'W1'), entry(-1_000n, 'W2'), entry(-3_000n, 'W3')]);
  // The ledger has moved what no statement has.
  await filed.answer(
    'early.bai',
    sampleBai({ ...opening, from: '2026-07-01', to: '2026-07-01', entries: [] }),
  );
  expect(await filed.reconciliation()).toMatchObject({ outstanding: sumOf(2, '-30.00'), difference: '0.00' });
  expect((await filed.reconciliation()).data).toMatchObject([
    { held_by: 'LEDGER', amount: '-10.00', reason: 'not-at-bank' },
    { held_by: 'LEDGER', amount: '-20.00', reason: 'not-at-bank' },
  ]);
  const page = await filed.reconciliation({ limit: '1' });
  expect(
    (await filed.reconciliation({ limit: '1', as_of: page.as_of, cursor: page.next_cursor })).data,
  ).toHaveLength(1);
  await filed.answer('0703.bai', sampleBai(opening));
  const { id, items } = await statementFile('0703.bai');
  // The file's total is found by its amount; of a payment it is not enough.
  expect(items).toMatchObject([
    { reason: 'unknown' },
    { reason: 'unknown' },
    { state: 'APPLIED', outbound_file_id: file.id },
  ]);
  const at = (index: number) => ({ file: id as string, item: items[index].id as string });
  expect((await filed.match(at(0), first.id)).body).toMatchObject(problemOf('bank-item-not-of-payment'));
  expect((await filed.match(at(0), second.id)).body).toMatchObject(problemOf('bank-item-not-of-payment'));
  expect((await filed.match(at(0), randomUUID())).body).toMatchObject(problemOf('bank-item-not-of-payment'));
  // A return is credited by a wire that names nothing; of two who say so, one is right.
  const back = (bankReference: string) => ({
    day: '2026-07-06',
    amountMinor: 1_000n,
    bankReference,
    reference: 'WIRE IN',
  });
  await filed.answer('0706.bai', sampleBai(statementOf([6, 6], -5_000, [back('W4'), back('W5')])));
  const credits = await statementFile('0706.bai');
  const credit = (index: number) => ({ file: credits.id as string, item: credits.items[index].id as string });
  const proposals = [await filed.match(credit(0), first.id), await filed.match(credit(1), first.id)];
  expect((await filed.match(credit(0), first.id)).body).toMatchObject(problemOf('change-pending'));
  const compliance = new Approvals(tenant.as('COMPLIANCE'));
  const decided = await Promise.all(proposals.map(({ body }) => compliance.approve(body.id)));
  expect(decided.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  expect((await desk()).map(({ reason }: { reason: string }) => reason).toSorted()).toEqual([
    ...['not-in-ledger', 'unknown', 'unknown', 'unknown'],
  ]);
  expect(await filed.reconciliation()).toMatchObject({
    ahead: sumOf(1, '10.00'),
    unmatched: sumOf(3, '-10.00'),
    difference: '0.00',
  });
  filed.close();
});

test('what the ledger has moved and no statement has is on the desk once one tells of the fifth day behind, until a statement or two people end it', async () => {
  const { tenant, filed, payments, file, statementFile } = await withStatements(
    '10.00',
    '20.00',
    '30.00',
    '40.00',
  );
  const [late, never, settled, byHand] = payments as [FiledPayment, FiledPayment, FiledPayment, FiledPayment];
  const desk = async () => {
    const { data } = (await filed.ops.exceptions({ kind: 'NOT_AT_BANK' })).body;
    const shown = data.map(
      (one: { reason: string; transaction_id: string; amount: string; actions: { operation: string }[] }) => [
        ...[one.transaction_id, one.reason, one.amount, one.actions.map(({ operation }) => operation).join()],
      ],
    );
    return shown.toSorted();
  };
  const of = ({ id }: FiledPayment, amount: string, reason = 'not-paid-by-bank') => [
    id,
    reason,
    amount,
    'resolveTransaction',
  ];
  let openingMinor = 100_000n;
  const statement = async (name: string, days: number, entries: SampleStatement['entries']) => {
    const day = dayOf(inDays(days));
    const dated = entries.map((entry) => ({ ...entry, day }));
    await filed.answer(
      name,
      sampleBai({ account: '0123456789', openingMinor, entries: dated, from: day, to: day }),
    );
    openingMinor += entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  };
  await statement('before.bai', -1, []);
  await statement('fourth.bai', 4, []);
  expect(await desk()).toEqual([]);
  await statement('fifth.bai', 5, []);
  const all = [of(late, '-10.00'), of(never, '-20.00'), of(settled, '-30.00'), of(byHand, '-40.00')];
  expect(await desk()).toEqual(all.toSorted());
  expect((await ops.exceptions({ kind: 'NOT_AT_BANK' })).body.data).toEqual([]);

  await statement('sixth.bai', 6, [
    { day: '', amountMinor: -1_000n, reference: late.id, bankReference: 'L1' },
  ]);
  expect(await desk()).toEqual(all.slice(1).toSorted());
  // The bank has never carried it out.
  await approved(
    tenant,
    await filed.ops.resolve(never.id, { outcome: 'FAILED', reason: 'Ms Doe: not in the batch.' }),
  );
  expect(await desk()).toEqual(all.slice(2).toSorted());
  await filed.acknowledge(file.id);
  await reconcileStuckPayments(new Date('2026-07-20T12:00:00Z'), 'r', () => 60_000);
  await filed.ops.until(settled.id, 'SETTLED');
  expect(await desk()).toEqual(all.slice(2).toSorted());
  await approved(
    tenant,
    await filed.ops.resolve(settled.id, {
      outcome: 'RETURNED',
      code: 'R03',
      reason: 'Ms Doe: nobody was paid.',
    }),
  );
  expect(await desk()).toEqual([of(byHand, '-40.00')]);
  await statement('seventh.bai', 7, [
    { day: '', amountMinor: -4_000n, reference: 'WIRE OUT', bankReference: 'L2' },
  ]);
  const { id, items } = await statementFile('seventh.bai');
  await approved(tenant, await filed.match({ file: id, item: items[0].id }, byHand.id));
  expect(await desk()).toEqual([]);

  // A return of a file brings money back that the account has not seen; the payee has it after all.
  await filed.answer('back.ach', [{ entry: await filed.sent(late.id), code: 'R03', amountMinor: 1_000n }]);
  expect(await desk()).toEqual([of(late, '10.00', 'not-back-at-bank')]);
  await approved(
    tenant,
    await filed.ops.resolve(late.id, { outcome: 'SETTLED', reason: 'Ms Doe: the return was of another.' }),
  );
  expect(await desk()).toEqual([]);
  const resolution = { outcome: 'RETURNED', reason: 'Nobody has said so.' };
  expect((await filed.ops.resolve(byHand.id, resolution)).body).toMatchObject(
    problemOf('payment-not-in-doubt'),
  );
  // Tax that is refunded moves cash, and no payment.
  await world.database.admin.query(
    `with context as (select set_config('app.tenant_id', $1, true))
     select post_entry('CASH', 'TAX_WITHHELD', 500, 'USD', 'tax-refunded', null, null, $2::date) from context`,
    [tenant.id, dayOf(inDays(6))],
  );
  expect(await filed.reconciliation({ as_of: dayOf(inDays(7)) })).toMatchObject({
    ledger: { moved_otherwise: '5.00' },
    difference: '0.00',
    outstanding: { amount: '0.00' },
  });
  filed.close();
});

test('a statement of another account, in another currency, of no account or larger than a day is a file that people see, and is read once it can be', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const filed = await FiledPayments.of(world, tenant);
  const ours = statementOf([3, 3], 100, [{ day: '2026-07-03', amountMinor: -100n, bankReference: 'B1' }]);
  const theirs = { ...ours, account: '55555' };
  const early = { Records: [recordOf(await filed.drop('early.bai', sampleBai(ours)))] };
  const readEarly = async () => (await readWorker(early, testContext())).batchItemFailures.length;
  expect(await readEarly()).toBe(1);
  const bomb = sampleCamt('08', ours).replace('<Document', '<!DOCTYPE a [<!ENTITY b "b">]><Document');
  const cases: readonly [string, string, number, object][] = [
    ['theirs.xml', sampleCamt('08', theirs), 1, { state: 'UNREADABLE', reason: 'other-account' }],
    [
      'both.xml',
      sampleCamt('08', theirs, { ...ours, account: '123 456 789' }),
      0,
      { state: 'PARTLY', counts: { ignored_batches: 1 } },
    ],
    [
      'euros.xml',
      sampleCamt('02', { ...ours, currency: 'EUR' }),
      1,
      { state: 'UNREADABLE', reason: 'other-currency' },
    ],
    [
      'wrong.bai',
      sampleBai({ ...ours, closingMinor: 1n }),
      1,
      { state: 'UNREADABLE', reason: 'balances', reason_line: 3 },
    ],
    ['bomb.xml', bomb, 1, { state: 'UNREADABLE', reason: 'document-type' }],
    [
      'huge.xml',
      `<Document>${' '.repeat(100_000_000)}</Document>`,
      1,
      { state: 'UNREADABLE', reason: 'too-large', bytes: 100_000_021 },
    ],
    [
      'large.xml',
      `<Document>${' '.repeat(8_000_000)}</Document>`,
      1,
      { state: 'UNREADABLE', reason: 'too-large' },
    ],
  ];
  const set = await new Payments(tenant.as('ADMIN')).setSettings({
    ...{ channel: 'NACHA_FILE', ach_originator: ORIGINATOR },
    statement_account: { account_number: '123456789' },
  });
  expect(set.body).toMatchObject({
    kind: 'payment-settings',
    after: { statement_account: { account_last4: '6789' } },
  });
  await approved(tenant, set);
  const fileOf = async (name: string) => {
    const all = await filed.list({ direction: 'inbound', limit: '200' });
    return (await filed.file(all.find(({ object_key }) => object_key.endsWith(`/${name}`))?.id)).body;
  };
  for (const [name, content, failures, expected] of cases) {
    expect(await filed.answer(name, content), name).toBe(failures);
    expect(await fileOf(name), name).toMatchObject({ kind: 'STATEMENT', ...expected });
  }
  expect(await fileOf('early.bai')).toMatchObject({ state: 'UNREADABLE', reason: 'no-account-set' });
  const faults = (await filed.ops.exceptions({ kind: 'BANK_ITEM' })).body.data;
  expect(faults).toHaveLength(7);
  for (const { actions } of faults) expect(actions).toMatchObject([{ operation: 'acknowledgeBankFile' }]);
  expect(await readEarly()).toBe(0);
  expect(await fileOf('early.bai')).toMatchObject({ state: 'APPLIED', items: [] });
  const { rows } = await world.database.admin.query(
    'select payload::text from audit_log where tenant_id = $1',
    [tenant.id],
  );
  expect(JSON.stringify(rows)).not.toContain('123456789');
  filed.close();
});

test('statements that are read at once have each entry once', async () => {
  const { filed } = await withStatements();
  const entries = Array.from({ length: 40 }, (_, index) => ({
    day: '2026-07-03',
    amountMinor: BigInt(index + 1),
    bankReference: `B${index}`,
  }));
  const statement = statementOf([3, 3], 0, entries);
  const events = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name, index) =>
      filed.drop(`${name}.xml`, sampleCamt(index % 2 === 0 ? '02' : '08', statement)),
    ),
  );
  const failures = await Promise.all([...events, ...events].map((event) => read([event])));
  expect(failures.every((count) => count === 0)).toBe(true);
  expect(await filed.reconciliation()).toMatchObject({ unmatched: sumOf(40, '8.20'), difference: '0.00' });
  filed.close();
});
