import type { Day } from '#kernel/calendar.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { easternTime } from '#payments/nacha/eastern-time.ts';
import { found } from '#platform/db/found.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { presentInstant } from '#platform/db/today.ts';
import { type Refusal, refusalOfReversal } from './reversal-refusal.ts';
import { listReversible } from './reversible.repository.ts';

/** Codes of our own for a reversal that was fine when it was asked and must not leave now. */
const CODES = {
  'payment-not-reversible': 'NOT_PAID',
  'payment-in-doubt': 'IN_DOUBT',
  'reversal-too-late': 'LATE',
} as const;

/** The day by which banks reckon, now. */
export async function bankersToday(read: TenantRead): Promise<Day> {
  return easternTime((await presentInstant(read)).toISOString()).day;
}

/** Returns the code by which the reversal of a payment ends before it leaves; undefined where it may leave. `today` is the banks’ day. */
export async function refusalOfLeaving(
  tx: TenantTx,
  paymentId: string,
  today: Day,
): Promise<string | undefined> {
  const refusal = await refusalOf(tx, paymentId, today, false);
  return refusal && CODES[refusal.slug];
}

/**
 * Refuses to ask for the money of a payment, or to approve that.
 * @throws DomainError `payment-not-reversible`, `reversal-too-late`, `payment-in-doubt`
 */
export async function requireReversible(tx: TenantTx, paymentId: string, isNew = false): Promise<void> {
  const refusal = await refusalOf(tx, paymentId, await bankersToday(tx), isNew);
  if (refusal !== undefined) throw new DomainError(refusal.slug, refusal.detail);
}

/** Lists the payments among these whose money can be asked back today. */
export async function listReversibleToday(read: TenantRead, ids: readonly string[]): Promise<string[]> {
  const today = await bankersToday(read);
  const asked = await listReversible(read, ids);
  return asked.flatMap((payment) => (refusalOfReversal(payment, today) === undefined ? [payment.id] : []));
}

/** A reversal that was asked before is its payment’s own. */
async function refusalOf(
  tx: TenantTx,
  paymentId: string,
  today: Day,
  isNew: boolean,
): Promise<Refusal | undefined> {
  const payment = found((await listReversible(tx, [paymentId]))[0]);
  return refusalOfReversal(isNew ? payment : { ...payment, reversal_id: null }, today);
}
