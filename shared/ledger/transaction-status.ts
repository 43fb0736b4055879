import type { TransactionEvent } from '#contracts/event-types.ts';
import type { TransactionStatus } from '#contracts/transactions.ts';

interface Standing {
  /** The statuses that may follow this one. */
  readonly next: readonly TransactionStatus[];
  /** The event that is published when a transaction reaches this status from another one. */
  readonly event?: TransactionEvent;
}

/**
 * Every legal step of a transaction, stated here alone. The database refuses all others, whoever tries them
 * (migrations/functions/refuse_illegal_transition.sql); a test tries each pair there and holds the answer to this table.
 */
export const STANDINGS: Readonly<Record<TransactionStatus, Standing>> = {
  PENDING: { next: ['SENT', 'FAILED', 'CANCELLED'] },
  SENT: { next: ['SETTLED', 'FAILED'], event: 'transaction.sent' },
  SETTLED: { next: [], event: 'transaction.settled' },
  FAILED: { next: [], event: 'transaction.failed' },
  CANCELLED: { next: [], event: 'transaction.cancelled' },
};

/** Whether a transaction has ended: nothing changes its status any more. */
export function isTerminal(status: TransactionStatus): boolean {
  return STANDINGS[status].next.length === 0;
}
