import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DAY_MS } from '#kernel/calendar.ts';
import { listStuckWork } from '#payments/execution/stuck-work.ts';
import { behaviourOf, isForEver, isSilent } from '#payments/mock-bank/behaviour.ts';
import { paymentReference } from '#payments/nacha/payment-reference.ts';
import { queueName } from '#tests/support/aws-services.ts';
import { ADAPTERS, type Adapter, BothBanks, eachOf } from '#tests/support/both-banks.ts';
import { magic, Payments, verifiedHolder } from '#tests/support/payment-client.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { orderSeed, type RandomPayment, randomDays } from '#tests/support/random-banks.ts';
import type { TestTenant } from '#tests/support/tenants.ts';

/** The end of a payment. */
interface Outcome {
  readonly status: 'SETTLED' | 'FAILED' | 'open';
  readonly code?: string;
  /** Whether the payee has the money in the end. */
  readonly isPaid: boolean;
  /** @default ACTIVE */
  readonly account?: string;
  /** @default that of the number */
  readonly last4?: string;
}

const SETTLED: Outcome = { status: 'SETTLED', isPaid: true };
const failed = (code: string, account = 'ACTIVE'): Outcome => ({
  ...{ status: 'FAILED', isPaid: false, code, account },
});
const backAgain = (code: string, account: string): Outcome => ({
  ...{ status: 'SETTLED', isPaid: false, code, account },
});

/** Every kind of number of docs/mock-bank.md. What a file can't say as an API does, such as a callback, changes nothing there. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  '0000': SETTLED,
  '0101': failed('R01'),
  '0102': failed('R02', 'BLOCKED'),
  '0107': failed('R07', 'REVOKED'),
  '0124': failed('R24'),
  '0203': backAgain('R03', 'BLOCKED'),
  '0210': backAgain('R10', 'REVOKED'),
  '0301': { ...SETTLED, last4: '0077' },
  '0302': { ...SETTLED, last4: '0077' },
  '0304': SETTLED,
  '0401': SETTLED,
  '0402': SETTLED,
  '0403': SETTLED,
  '0404': SETTLED,
  '0405': SETTLED,
  '0406': SETTLED,
  '0501': SETTLED,
  '0502': SETTLED,
  '0503': SETTLED,
  '0504': failed('R13', 'BLOCKED'),
  '0505': { status: 'open', isPaid: false },
  '0506': { status: 'open', isPaid: false },
  '0507': failed('R13', 'BLOCKED'),
  '0603': SETTLED,
  '0903': failed('R03', 'BLOCKED'),
};
/** A file that is rejected whole says nothing of a payment’s account. */
const BY_FILE: Readonly<Record<string, Outcome>> = { '0507': failed('REJECTED') };

/** All thousand take some twenty minutes: `BANK_SEEDS=1000`. The fifty of which one has failed come again by `BANK_SEEDS=50 BANK_SEED_FROM=…`. */
const SEEDS = Number(process.env.BANK_SEEDS ?? 12);
const FIRST_SEED = Number(process.env.BANK_SEED_FROM ?? 1);
const SEEDS_AT_ONCE = 50;
/** Banks are silent at times within the first of these days, and say everything until the last. */
const [UNTIL_THEN_SILENT, RANDOM_DAYS] = [10, 21];

const AMOUNT = '12.50';
const MINOR = 1250;
const DAYS = 12;
/** Longer than a payment may be at a bank without a word. */
const SILENT_DAYS = 9;

let world: PaymentsWorld;
let banks: BothBanks;

beforeAll(async () => {
  world = await paymentsWorld();
  banks = new BothBanks(world);
});
afterAll(async () => {
  banks.close();
  await world.close();
});

async function rows(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await world.database.admin.query(text, values)).rows;
}

interface Paid {
  readonly id: string;
  readonly holder: string;
  readonly tenant: TestTenant;
  readonly ops: Payments;
}

async function pay(adapter: Adapter, last4: string): Promise<Paid> {
  const tenant = await banks.tenant(adapter);
  const ops = new Payments(tenant.as('OPS'));
  const { id: holder } = await verifiedHolder(world.database.admin, tenant.id, ops, magic(last4));
  const { body, text } = await ops.order({ shareholder_id: holder, amount: AMOUNT, currency: 'USD' });
  expect(body.status, text).toBe('PENDING');
  return { id: body.id, holder, tenant, ops };
}

/** Returns what has left by our books, in cents: the payment, less what has taken it back. */
async function bookedOf(id: string): Promise<number> {
  const [booked] = await rows(
    `select coalesce(sum(case when j.credit_account = 'CASH' then j.amount else 0 end
       - case when j.debit_account = 'CASH' then j.amount else 0 end), 0)::integer as cash
     from journal j join transactions t on t.id = j.transaction_id where t.id = $1 or t.compensates = $1`,
    [id],
  );
  return Number(booked?.cash);
}

/** Counts how often a bank has a payment. */
async function timesAtBank(id: string): Promise<number> {
  const [ordered] = await rows('select count(*)::integer as n from mock_bank_payments where reference = $1', [
    id,
  ]);
  const filed = (await banks.filed()).filter((reference) => reference === paymentReference(id)).length;
  return Number(ordered?.n) + filed;
}

/** Waits until something is true of the orders of payments. */
async function waitUntil(condition: string, paid: readonly { readonly id: string }[]): Promise<void> {
  const ids = paid.map(({ id }) => id);
  const found = () =>
    rows(`select from payment_orders where transaction_id = any($1::uuid[]) and ${condition}`, [ids]);
  const areAll = async () => expect(await found()).toHaveLength(ids.length);
  await vi.waitFor(areAll, { timeout: 120_000, interval: 100 });
}

/** Their executions have come to where they wait for the bank’s word. */
const HELD = 'task_token is not null';

const deskOf = async ({ ops, id }: Paid): Promise<string[]> =>
  (await ops.exceptions()).body.data
    .filter(
      ({ kind, transaction_id }: { kind: string; transaction_id: string | null }) =>
        kind === 'UNACKNOWLEDGED_FILE' || transaction_id === id,
    )
    .map(({ kind }: { kind: string }) => kind)
    .toSorted();

async function nothingIsOutOfBalance({ ops }: Pick<Paid, 'ops'>): Promise<void> {
  const { data } = (await ops.trialBalance()).body;
  const balances: string[] = data.map(({ balance }: { balance: string }) => balance);
  expect(balances.reduce((sum, balance) => sum + Math.round(Number(balance) * 100), 0)).toBe(0);
}

describe('a payment ends as its bank says, whichever way it goes', () => {
  const paid = new Map<string, Paid>();
  const cases = ADAPTERS.flatMap((adapter) =>
    Object.keys(OUTCOMES).map((last4) => ({ adapter, last4, name: `${last4} ${adapter}` })),
  );
  beforeAll(async () => {
    await eachOf(cases, async ({ adapter, last4, name }) => paid.set(name, await pay(adapter, last4)));
    const byFile = cases.filter(({ adapter }) => adapter === 'by file');
    await waitUntil(
      HELD,
      byFile.map(({ name }) => paid.get(name) as Paid),
    );
    for (let day = 0; day < DAYS; day++) await banks.day();
  });

  test.each(cases)('$name', async ({ adapter, last4, name }) => {
    const payment = paid.get(name) as Paid;
    const { id, ops, holder } = payment;
    const outcome = (adapter === 'by file' ? BY_FILE[last4] : undefined) ?? (OUTCOMES[last4] as Outcome);
    const { status, code = null, account = 'ACTIVE', isPaid } = outcome;
    const seen = async () => {
      const { body } = await ops.get(id);
      return {
        status: ['PENDING', 'SENT'].includes(body.status) ? 'open' : body.status,
        code: body.return_code ?? null,
        takenBack: body.compensated_by !== undefined,
      };
    };
    await expect
      .poll(seen, { timeout: 60_000 })
      .toEqual({ status, code, takenBack: status === 'SETTLED' && !isPaid });
    expect((await ops.accounts(holder)).body.data).toMatchObject([
      { status: account, account_last4: outcome.last4 ?? last4 },
    ]);
    expect(await bookedOf(id)).toBe(isPaid ? MINOR : 0);
    expect(await timesAtBank(id)).toBe(last4 === '0505' && adapter === 'by API' ? 0 : 1);
    const desk = await deskOf(payment);
    const open = adapter === 'by file' ? ['STUCK_PAYMENT', 'UNACKNOWLEDGED_FILE'] : ['STUCK_PAYMENT'];
    expect(desk).toEqual(status === 'open' ? open : []);
    await nothingIsOutOfBalance(payment);
  });
});

describe('banks that are silent', () => {
  test('leave what they have in doubt: it is on the desk and nothing of it is settled; what has waited is said once they speak', async () => {
    banks.silence(true);
    const paid = await Promise.all(
      ADAPTERS.flatMap((adapter) =>
        ['0000', '0102', '0504'].map(async (last4) => ({
          ...(await pay(adapter, last4)),
          ...{ adapter, last4 },
        })),
      ),
    );
    await waitUntil(HELD, paid);
    for (let day = 0; day < SILENT_DAYS; day++) await banks.day();
    // Each of the sweeps has doubled the time until the next.
    const later = new Date(world.clock.now().getTime() + 4 * DAY_MS);
    const stuck = (await listStuckWork(later, 200)).map(({ resource }) => resource);
    for (const payment of paid) {
      const { id, ops, adapter } = payment;
      expect((await ops.get(id)).body, adapter).toMatchObject({ status: 'SENT' });
      expect(await bookedOf(id)).toBe(0);
      const isByFile = adapter === 'by file';
      expect(await deskOf(payment)).toEqual(
        isByFile ? ['STUCK_PAYMENT', 'UNACKNOWLEDGED_FILE'] : ['STUCK_PAYMENT'],
      );
      // An operator finds what the platform itself has to do; who has a file is a question to the tenant’s bank.
      expect(stuck.includes(`transactions/${id}`)).toBe(!isByFile);
    }
    banks.silence(false);
    for (let day = 0; day < 2; day++) await banks.day();
    for (const payment of paid) {
      const { id, ops, last4 } = payment;
      const { status, code, isPaid } = OUTCOMES[last4] as Outcome;
      expect(await ops.until(id, status)).toMatchObject(code === undefined ? {} : { return_code: code });
      expect(await bookedOf(id)).toBe(isPaid ? MINOR : 0);
      expect(await timesAtBank(id)).toBe(1);
      expect(await deskOf(payment)).toEqual([]);
    }
  });
});

interface Seen {
  readonly id: string;
  readonly status: string;
  readonly return_code: string | null;
  readonly amount: number;
  readonly booked: number;
  readonly is_ordered: boolean;
  readonly file_id: string | null;
  readonly taken_back: number;
  /** The kinds of all that the bank has said of it. */
  readonly words: readonly string[];
}

/** Reads what has become of payments, all at once. */
async function seenOf(ids: readonly string[]): Promise<Map<string, Seen>> {
  const found = await rows(
    `select t.id, t.status, t.return_code, t.amount::integer, e.file_id,
       exists (select from mock_bank_payments p where p.reference = t.id::text) as is_ordered,
       (select count(*)::integer from transactions c where c.compensates = t.id) as taken_back,
       (select coalesce(array_agg(kind::text), '{}') from bank_events b where b.transaction_id = t.id and b.kind <> 'CORRECTED') as words,
       (select coalesce(sum(case when j.credit_account = 'CASH' then j.amount when j.debit_account = 'CASH' then -j.amount else 0 end), 0)::integer
        from transactions c join journal j on j.transaction_id = c.id where c.id = t.id or c.compensates = t.id) as booked
     from transactions t left join outbound_entries e on e.transaction_id = t.id where t.id = any($1::uuid[])`,
    [ids],
  );
  return new Map((found as unknown as Seen[]).map((seen) => [seen.id, seen]));
}

/** Says whether the payee has the money, by the bank's own record; undefined where the bank has said nothing of it. */
function truthOf(payment: RandomPayment, beside: readonly RandomPayment[]): boolean | undefined {
  const behaviours = (payment.adapter === 'by file' ? beside : [payment]).map(({ last4 }) =>
    behaviourOf(magic(last4)),
  );
  if (behaviours.some((behaviour) => isForEver(behaviour) || isSilent(behaviour))) return undefined;
  if (behaviours.some(({ rejectsFile }) => rejectsFile === true)) return false;
  const { settlesAfter, returns } = behaviourOf(magic(payment.last4));
  return settlesAfter !== undefined && returns === undefined;
}

describe('whatever banks do', () => {
  const batches = Array.from({ length: Math.ceil(SEEDS / SEEDS_AT_ONCE) }, (_, batch) => {
    const first = FIRST_SEED + batch * SEEDS_AT_ONCE;
    const count = Math.min(SEEDS_AT_ONCE, FIRST_SEED + SEEDS - first);
    return Array.from({ length: count }, (__, index) => first + index);
  });

  test.each(batches.map((seeds) => [seeds[0] as number, seeds.at(-1) as number, seeds] as const))(
    'their truth is that of the ledger, nothing is paid twice, and all is ended or on the desk: seeds %i to %i',
    async (first, _, seeds) => {
      const paid = (await eachOf(seeds, (seed) => orderSeed(world, banks, seed))).flat();
      await waitUntil('released_at is not null', paid);
      await randomDays(world, banks, paid, {
        seed: first,
        days: RANDOM_DAYS,
        silentWithin: UNTIL_THEN_SILENT,
      });
      // The bank's word on a return is on its way for seconds, which a fast machine has to wait for.
      const callbacks = () => world.aws.endpoint.queues.attributes(queueName('mock-bank-callbacks'));
      const isQuiet = { visible: 0, notVisible: 0, delayed: 0 };
      await vi.waitFor(() => expect(callbacks()).toMatchObject(isQuiet), { timeout: 120_000, interval: 200 });
      const seen = await seenOf(paid.map(({ id }) => id));
      const filed = Map.groupBy(await banks.filed(), (reference) => reference);
      for (const tenantPaid of Map.groupBy(paid, ({ tenant }) => tenant).values()) {
        const [{ tenant, seed, adapter }] = tenantPaid as [RandomPayment];
        const ops = new Payments(tenant.as('OPS'));
        const desk = (await ops.exceptions({ limit: '200' })).body.data;
        const balances = (await ops.trialBalance()).body.data;
        const inTransit = balances.find(({ account }: { account: string }) => account === 'IN_TRANSIT');
        let sent = 0;
        for (const payment of tenantPaid) {
          const { id, last4 } = payment;
          const of = seen.get(id) as Seen;
          const what = `seed ${seed} of ${first}, ${adapter}, ${last4}: ${JSON.stringify(of)}`;
          const beside = tenantPaid.filter((other) => seen.get(other.id)?.file_id === of.file_id);
          const isOpen = of.status === 'PENDING' || of.status === 'SENT';
          if (of.status === 'SENT') sent += of.amount;
          const atBank = (of.is_ordered ? 1 : 0) + (filed.get(paymentReference(id))?.length ?? 0);
          expect(atBank, what).toBe(adapter === 'by API' && last4 === '0505' ? 0 : 1);
          expect(of.taken_back, what).toBeLessThanOrEqual(1);
          const isOnDesk = desk.some(
            ({ transaction_id, kind }: { transaction_id: string | null; kind: string }) =>
              transaction_id === id || (kind === 'BANK_ITEM' && payment.saidWrongly),
          );
          if (isOpen) expect(isOnDesk, what).toBe(true);
          const isPaid = truthOf(payment, beside);
          const isTrue = of.booked === (isPaid === true ? of.amount : 0) && (isPaid !== undefined || isOpen);
          const isDoubted = beside.some(({ saidWrongly }) => saidWrongly);
          // Nobody can know better than a bank that has said one thing only.
          const isBelieved = of.status === 'FAILED' && of.booked === 0 && of.words.join() === 'REJECTED';
          expect(isTrue || (isDoubted && (isOnDesk || isBelieved)), what).toBe(true);
          if (!isDoubted) expect(isOnDesk, what).toBe(isOpen);
        }
        expect(Math.round(Number(inTransit?.balance ?? 0) * 100) + sent, `seed ${seed}, ${adapter}`).toBe(0);
        await nothingIsOutOfBalance({ ops });
      }
    },
    20 * 60_000,
  );
});
