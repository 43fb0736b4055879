import type { Status } from '#ledger/transaction-status.ts';

/** Where a bank event leads a payment. Pure; the database refuses illegal steps as well. */
export type BankEventKind = 'SETTLED' | 'RETURNED' | 'REJECTED' | 'CORRECTED';

export interface Consequence {
  /** The states that the payment passes through, the last of them its new one. */
  readonly through: readonly Status[];
  /** Settled money has come back: a compensating transaction takes it back, once. */
  readonly compensate: boolean;
}

const NOTHING: Consequence = { through: [], compensate: false };

/**
 * What follows from a bank event. A payment that was released may have reached the bank before we know that it did, so an
 * event that implies it was sent makes it sent first. A payment that was never released can't have reached the bank.
 */
export function consequenceOf(kind: BankEventKind, status: Status, released: boolean): Consequence {
  if (kind === 'CORRECTED') return NOTHING;
  if (status === 'SETTLED') return { through: [], compensate: kind === 'RETURNED' };
  if (status === 'FAILED' || !released) return NOTHING;
  if (kind === 'REJECTED') return { through: ['FAILED'], compensate: false };
  const end: Status = kind === 'SETTLED' ? 'SETTLED' : 'FAILED';
  return { through: status === 'PENDING' ? ['SENT', end] : [end], compensate: false };
}
