import type { z } from 'zod';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Permit, type Proposer, proposeControlled, type Waiting } from '#approvals/propose-change.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { fromMinor, toMinor } from '#kernel/money.ts';
import { changeStatus } from '#ledger/change-status.ts';
import { createTransaction, lockTransaction } from '#ledger/transactions.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import { findHolderStanding } from '#register/holder-standing.ts';
import type { adjustDividend } from './adjustments.routes.ts';
import { type DividendRow, findDividend, lockDividend } from './dividend.repository.ts';
import {
  findEntitlement,
  insertAdjustment,
  listUnpaidOf,
  type UnpaidPayment,
} from './dividend-adjustment.repository.ts';
import { isAdjustable } from './dividend-state.ts';
import { finishDividend } from './paying-dividend.ts';
import { NOTHING_WITHHELD, withhold } from './withholding.repository.ts';

/** A code of our own: an adjustment has taken the payment back. */
const ADJUSTED = 'ADJUSTED';

/** An adjustment that waits, as its change request keeps it. */
interface Proposed {
  readonly dividendId: string;
  readonly shareholderId: string;
  /** Minor units, as a text. */
  readonly amount: string;
  /** The holder was owed this when it was proposed, in minor units. */
  readonly entitled: string;
  readonly reason: string;
  readonly key: string;
}

/**
 * Corrects what a holder is owed by a frozen dividend, once a second person has approved it: a holder who was missed, or who was entitled to
 * more or less. The snapshot stays what it was.
 * @throws DomainError `not-found`, `precondition-failed`, `dividend-not-adjustable`, `adjustment-exceeds-unpaid`, `validation-failed`,
 * `idempotency-key-reused`, `change-pending`
 */
export async function proposeAdjustment(
  tx: TenantTx,
  id: string,
  { shareholder_id, amount, reason }: z.output<typeof adjustDividend.body>,
  options: {
    readonly key: string;
    readonly expectedVersion: number | undefined;
    readonly proposer: Proposer;
  },
): Promise<Waiting> {
  const dividend = asRead(await findDividend(tx, id), options.expectedVersion);
  const { currency } = dividend;
  found(await findHolderStanding(tx, shareholder_id));
  adjustable(dividend);
  const minor = toMinor(amount, currency);
  const wanted = { dividendId: id, shareholderId: shareholder_id, key: options.key };
  const { entitled, unpaid } = await check(tx, dividend, wanted, minor);
  const seen = (owed: bigint, open: bigint) => ({
    ...{ dividend_id: id, shareholder_id, currency },
    entitled_amount: fromMinor(owed, currency),
    unpaid_amount: fromMinor(open, currency),
  });
  const open = sum(unpaid);
  return proposeControlled(
    tx,
    {
      kind: 'dividend-adjustment',
      subject: { type: 'entitlements', id: `${id}/${shareholder_id}` },
      before: seen(entitled, open),
      after: {
        ...seen(entitled + minor, open + minor),
        adjustment_amount: fromMinor(minor, currency),
        adjustment_reason: reason,
      },
      proposal: {
        ...wanted,
        amount: String(minor),
        entitled: String(entitled),
        reason,
      } satisfies Proposed,
    },
    options.proposer,
  );
}

export const adjustmentEffects: ChangeEffects = {
  approved: async (tx, { proposal }, permit) => {
    await adjust(tx, proposal as Proposed, permit);
    return undefined;
  },
};

/** @throws DomainError `dividend-not-adjustable` */
function adjustable(dividend: DividendRow): DividendRow {
  if (isAdjustable(dividend.state)) return dividend;
  throw new DomainError(
    'dividend-not-adjustable',
    `The dividend is ${dividend.state}: it can be adjusted once its payments are written, unless it is cancelled.`,
  );
}

/** Adds up what the holder is entitled to by payments, before tax. */
const sum = (payments: readonly UnpaidPayment[]) =>
  payments.reduce((all, { amount, withheld }) => all + amount + withheld, 0n);

/** Holds an adjustment to what the holder is owed; answers that, and the payments of it that nobody has received. */
async function check(
  tx: TenantTx,
  { id, currency }: DividendRow,
  { shareholderId, key }: Pick<Proposed, 'shareholderId' | 'key'>,
  amount: bigint,
): Promise<{ entitled: bigint; unpaid: UnpaidPayment[] }> {
  const { entitled, is_treasury, key_used } = await findEntitlement(tx, {
    dividendId: id,
    shareholderId,
    key,
  });
  if (key_used)
    throw new DomainError('idempotency-key-reused', 'This key has made another adjustment. Use a new key.');
  if (is_treasury && amount > 0n)
    throw invalidField(
      '/shareholder_id',
      'treasury',
      'held the issuer’s own shares on the record date, which are not paid',
    );
  const unpaid = await listUnpaidOf(tx, id, shareholderId);
  const open = sum(unpaid);
  if (-amount > open)
    throw new DomainError(
      'adjustment-exceeds-unpaid',
      `At most ${fromMinor(open, currency)} ${currency} of what the holder is owed is unpaid and not on its way.`,
    );
  return { entitled, unpaid };
}

async function adjust(tx: TenantTx, proposed: Proposed, permit: Permit): Promise<void> {
  const { dividendId, shareholderId, key, reason } = proposed;
  const dividend = adjustable(found(await lockDividend(tx, dividendId)));
  const amount = BigInt(proposed.amount);
  for (const { id } of await listUnpaidOf(tx, dividendId, shareholderId)) await lockTransaction(tx, id);
  const { entitled, unpaid } = await check(tx, dividend, proposed, amount);
  if (String(entitled) !== proposed.entitled)
    throw new DomainError('change-outdated', 'The holder is owed something else by now. Propose it anew.');
  const { taken, left, leftOf } = taking(unpaid, -amount);
  const toPay = amount > 0n ? amount : left;
  const [paidOn = dividend.payable_date] = [dividend.payable_date, await todayOf(tx)].sort().slice(-1);
  const tax = toPay > 0n ? await withhold(tx, shareholderId, toPay, paidOn) : NOTHING_WITHHELD;
  const payment = toPay - tax.withheld;
  const adjustment = await insertAdjustment(
    tx,
    {
      ...{ dividend_id: dividendId, shareholder_id: shareholderId, amount, reason, idempotency_key: key },
      requested_by: permit.madeBy,
      approved_by: found(permit.confirmedBy ?? undefined),
      ...tax,
      withheld: taken.reduce((all, { withheld }) => all - withheld, tax.withheld),
    },
    payment > 0n,
  );
  const entry = {
    ...({ type: 'DIVIDEND', currency: dividend.currency, shareholder_id: shareholderId } as const),
    ...{ plan_id: null, memo: null, source_account: null },
    ...{ dividend_id: dividendId, adjustment_id: adjustment.id },
  };
  for (const { id, amount: owed, withheld, is_pending } of taken) {
    const payment = found(await lockTransaction(tx, id));
    if (is_pending) await changeStatus(tx, payment, 'FAILED', ADJUSTED);
    const { withholding, withholding_rate } = payment;
    await createTransaction(tx, {
      ...{ ...entry, amount: -owed, adjusts: id, status: 'SETTLED' },
      ...{ withheld: -withheld, withholding, withholding_rate },
    });
  }
  if (adjustment.transaction_id !== null)
    await createTransaction(tx, {
      ...entry,
      id: adjustment.transaction_id,
      amount: payment,
      adjusts: leftOf,
      ...tax,
    });
  await finishDividend(tx, { dividend_id: dividendId, repays_dividend_id: null });
}

interface Taking {
  readonly taken: readonly UnpaidPayment[];
  /** A reduction leaves this of the last payment that it takes back, in minor units. */
  readonly left: bigint;
  readonly leftOf: string | null;
}

/** Takes payments back, as many as a reduction needs; none where it is no reduction. */
function taking(unpaid: readonly UnpaidPayment[], reduction: bigint): Taking {
  const taken: UnpaidPayment[] = [];
  let missing = reduction;
  for (const payment of unpaid) {
    if (missing <= 0n) break;
    taken.push(payment);
    missing -= payment.amount + payment.withheld;
  }
  const left = taken.length > 0 && missing < 0n ? -missing : 0n;
  return { taken, left, leftOf: left > 0n ? (taken.at(-1)?.id ?? null) : null };
}
