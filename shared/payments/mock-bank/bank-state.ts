import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import type { BankPaymentStatus } from '#payments/bank/bank-event-kind.ts';
import type { BankPaymentRow } from './bank-payment.repository.ts';

export interface BankState {
  readonly id: string;
  readonly reference: string;
  readonly status: BankPaymentStatus;
  readonly code: string | null;
}

/**
 * Returns the current state of a payment. It is computed from the time, so a bank that was down has lost nothing. A bank that was told to be silent has
 * the payment, and doesn't say what became of it.
 */
export function stateOf(row: BankPaymentRow, now: Date): BankState {
  const { id, reference } = row;
  const isPast = (at: Date | null): boolean => at !== null && at <= now;
  if (bankEnvironment.isMockBankSilent()) return { id, reference, status: 'ACCEPTED', code: null };
  if (row.status === 'REJECTED') return { id, reference, status: 'REJECTED', code: row.code };
  if (isPast(row.returns_at)) return { id, reference, status: 'RETURNED', code: row.return_code };
  return { id, reference, status: isPast(row.settles_at) ? 'SETTLED' : 'ACCEPTED', code: null };
}
