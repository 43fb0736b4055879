import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listStuckWork } from '#payments/execution/stuck-work.ts';
import { paymentReference } from '#payments/nacha/payment-reference.ts';
import { ADAPTERS, type Adapter, BothBanks } from '#tests/support/both-banks.ts';
import { magic, Payments, verifiedHolder } from '#tests/support/payment-client.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
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

/** Waits until payments are at the bank, or wait for a file. */
async function waitUntilHeld(ids: readonly (string | undefined)[]): Promise<void> {
  const held = () =>
    rows('select from payment_orders where transaction_id = any($1::uuid[]) and task_token is not null', [
      ids,
    ]);
  await vi.waitFor(async () => expect(await held()).toHaveLength(ids.length), {
    timeout: 60_000,
    interval: 100,
  });
}

const deskOf = async ({ ops, id }: Paid): Promise<string[]> =>
  (await ops.exceptions()).body.data
    .filter(
      ({ kind, transaction_id }: { kind: string; transaction_id: string | null }) =>
        kind === 'UNACKNOWLEDGED_FILE' || transaction_id === id,
    )
    .map(({ kind }: { kind: string }) => kind)
    .toSorted();

async function nothingIsOutOfBalance({ ops }: Paid): Promise<void> {
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
    await Promise.all(
      cases.map(async ({ adapter, last4, name }) => paid.set(name, await pay(adapter, last4))),
    );
    const files = cases.filter(({ adapter }) => adapter === 'by file').map(({ name }) => paid.get(name)?.id);
    await waitUntilHeld(files);
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
    await waitUntilHeld(paid.map(({ id }) => id));
    for (let day = 0; day < SILENT_DAYS; day++) await banks.day();
    // Each of the sweeps has doubled the time until the next.
    const later = new Date(world.clock.now().getTime() + 4 * 86_400_000);
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
