import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as readWorker } from '#functions/workers/read-inbound-files.ts';
import { dayOf } from '#kernel/calendar.ts';
import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import { writeDueFiles } from '#payments/files/write-outbound-files.ts';
import { paymentReference } from '#payments/nacha/payment-reference.ts';
import { type SampleStatement, sampleBai, sampleCamt } from '#payments/statements/statements.sample.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type FiledPayment, FiledPayments, readInbound } from '#tests/support/filed-payments.ts';
import { ORIGINATOR } from '#tests/support/originator.ts';
import { Payments } from '#tests/support/payment-client.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { recordOf } from '#tests/support/queue-driver.ts';
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

/** Instants by the platform's clock, some days from now. */
const inDays = (days: number): Date => new Date(world.clock.now().getTime() + days * 86_400_000);

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
  const failures = await Promise.all([...events, ...events].map((event) => readInbound([event])));
  expect(failures.every((count) => count === 0)).toBe(true);
  expect(await filed.reconciliation()).toMatchObject({ unmatched: sumOf(40, '8.20'), difference: '0.00' });
  filed.close();
});
