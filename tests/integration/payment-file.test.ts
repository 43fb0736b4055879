import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as resendInboundFiles } from '#functions/scheduled/resend-inbound-files.ts';
import { handler as readWorker } from '#functions/workers/read-inbound-files.ts';
import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import { writeDueFiles } from '#payments/files/write-outbound-files.ts';
import { DEVIATIONS } from '#payments/nacha/bank-deviations.sample.ts';
import { readNachaFile } from '#payments/nacha/nacha-reader.ts';
import { type SampleAnswer, sampleReturnFile } from '#payments/nacha/return-file.sample.ts';
import { approved } from '#tests/support/approvals.ts';
import { queueName } from '#tests/support/aws-services.ts';
import { type FiledPayment, FiledPayments, readInbound } from '#tests/support/filed-payments.ts';
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

test('files of answers that come one to five times, shuffled, leave the tables of the ordered run', async () => {
  const tenant = await insertTestTenant(world.database.admin, 'ISSUER');
  const ordered = await answered(tenant);
  for (const event of ordered.events) expect(await readInbound([event])).toBe(0);
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
    const failures = await Promise.all([
      readInbound(shuffled.slice(0, half)),
      readInbound(shuffled.slice(half)),
    ]);
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
