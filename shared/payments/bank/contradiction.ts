import type { TransactionStatus } from '#contracts/transactions.ts';
import type { PaymentEventKind } from './bank-event-kind.ts';

/** A payment's end, as far as the bank can contradict it: SETTLED, with a code once the money has come back. */
interface Ended {
  readonly status: TransactionStatus;
  readonly return_code: string | null;
}

/** A code of our own: a reversal has brought the money of a payment back. */
export const REVERSED = 'REVERSED';

/**
 * A payment stood as one of these when the bank said something else. REVERSED: a reversal has brought its money back, or may be about to.
 */
export type StoodAs = 'SETTLED' | 'RETURNED' | 'FAILED' | 'CANCELLED' | 'REVERSED';

/**
 * Tells whether a bank event can't be true of a payment together with what it has become, and returns what that was. A return after settlement is
 * none: it takes the payment back. That the money which came back has come back is no news either, unless it did so in two ways.
 */
export function contradictedBy(kind: PaymentEventKind, { status, return_code }: Ended): StoodAs | undefined {
  if (kind === 'CORRECTED') return undefined;
  if (status === 'CANCELLED') return 'CANCELLED';
  if (status === 'FAILED') return kind === 'SETTLED' || kind === 'REVERSED' ? 'FAILED' : undefined;
  if (status !== 'SETTLED') return undefined;
  if (return_code === null) return kind === 'REJECTED' ? 'SETTLED' : undefined;
  if (return_code === REVERSED) return kind === 'RETURNED' || kind === 'REJECTED' ? 'REVERSED' : undefined;
  return kind === 'SETTLED' || kind === 'REVERSED' ? 'RETURNED' : undefined;
}
