import type { TransactionStatus } from '#contracts/transactions.ts';
import type { PaymentEventKind } from './bank-event-kind.ts';

/** Decides where a bank event leads a payment. This module is pure; the database refuses illegal transitions as well. */

export interface Consequence {
  /** The states that the payment passes through, the last of them its new one. */
  readonly through: readonly TransactionStatus[];
  /** Settled money was returned, or a reversal has brought it back: a compensating transaction takes it back, once. */
  readonly compensate: boolean;
}

const NOTHING: Consequence = { through: [], compensate: false };

/**
 * Returns the consequence of a bank event. A released payment may have reached the bank before we know that it did,
 * so an event that implies that it was sent marks it as sent first. A payment that was never released can't have
 * reached the bank.
 */
export function consequenceOf(
  kind: PaymentEventKind,
  status: TransactionStatus,
  released: boolean,
): Consequence {
  if (kind === 'CORRECTED') return NOTHING;
  if (status === 'SETTLED') return { through: [], compensate: kind === 'RETURNED' || kind === 'REVERSED' };
  if (status === 'FAILED' || status === 'CANCELLED' || !released) return NOTHING;
  if (kind === 'REJECTED') return { through: ['FAILED'], compensate: false };
  // The payee had what a reversal has taken.
  const end: TransactionStatus = kind === 'RETURNED' ? 'FAILED' : 'SETTLED';
  return { through: status === 'PENDING' ? ['SENT', end] : [end], compensate: kind === 'REVERSED' };
}
