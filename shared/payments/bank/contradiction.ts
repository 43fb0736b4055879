import type { TransactionStatus } from '#contracts/transactions.ts';
import type { BankEventKind } from './bank-event-kind.ts';

/** A payment's end, as far as the bank can contradict it: SETTLED, with a code once the money has come back. */
interface Ended {
  readonly status: TransactionStatus;
  readonly return_code: string | null;
}

/** A payment that has ended stood as one of these when the bank said something else. */
export type StoodAs = 'SETTLED' | 'RETURNED' | 'FAILED' | 'CANCELLED';

/**
 * Tells whether a bank event can't be true of a payment together with what it has become, and returns what that was. A return after settlement is
 * none: it takes the payment back. That the money which came back has come back is no news either.
 */
export function contradictedBy(kind: BankEventKind, { status, return_code }: Ended): StoodAs | undefined {
  if (kind === 'CORRECTED') return undefined;
  if (status === 'CANCELLED') return 'CANCELLED';
  if (status === 'FAILED') return kind === 'SETTLED' ? 'FAILED' : undefined;
  if (status !== 'SETTLED') return undefined;
  if (return_code === null) return kind === 'REJECTED' ? 'SETTLED' : undefined;
  return kind === 'SETTLED' ? 'RETURNED' : undefined;
}
