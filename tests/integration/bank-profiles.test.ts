import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '#kernel/calendar.ts';
import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import { writeDueFiles } from '#payments/files/write-outbound-files.ts';
import { readNachaFile } from '#payments/nacha/nacha-reader.ts';
import { approved } from '#tests/support/approvals.ts';
import { type FiledPayment, FiledPayments } from '#tests/support/filed-payments.ts';
import { ORIGINATOR } from '#tests/support/originator.ts';
import { Payments } from '#tests/support/payment-client.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** Thursday, 14:00 in New York, before the holiday of July 3 (observed on no day: the 4th is a Saturday). */
const NOW = new Date('2026-07-02T18:00:00Z');

let world: PaymentsWorld;
let acme: TestTenant;
let files: FiledPayments;

beforeAll(async () => {
  world = await paymentsWorld();
  acme = await insertTestTenant(world.database.admin, 'ISSUER');
  files = await FiledPayments.of(world, acme);
});
afterAll(async () => {
  files.close();
  await world.close();
});

const problemOf = (slug: string) => ({ type: `/problems/${slug}` });

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
