import type { TransactionEvent } from '#contracts/event-types.ts';

/** DIVIDEND: a holder's entitlement. DISBURSE: any other payment. CONTRIBUTION: money that enters a plan. */
export const TRANSACTION_TYPES = ['DIVIDEND', 'DISBURSE', 'CONTRIBUTION'] as const;
export type TransactionType = (typeof TRANSACTION_TYPES)[number];

export const TRANSACTION_STATUSES = ['PENDING', 'SENT', 'SETTLED', 'FAILED'] as const;
export type Status = (typeof TRANSACTION_STATUSES)[number];

interface Standing {
  /** The statuses that may follow this one. */
  readonly next: readonly Status[];
  /** The event that is published when a transaction reaches this status from another one. */
  readonly event?: TransactionEvent;
}

/**
 * Every legal step of a transaction, stated here alone. The database refuses all others, whoever tries them
 * (migrations/functions/refuse_illegal_transition.sql); a test tries each pair there and holds the answer to this table.
 */
export const STANDINGS: Readonly<Record<Status, Standing>> = {
  PENDING: { next: ['SENT', 'FAILED'] },
  SENT: { next: ['SETTLED', 'FAILED'], event: 'transaction.sent' },
  SETTLED: { next: [], event: 'transaction.settled' },
  FAILED: { next: [], event: 'transaction.failed' },
};

/** Whether a transaction has ended: nothing changes its status any more. */
export function isTerminal(status: Status): boolean {
  return STANDINGS[status].next.length === 0;
}

/** The statuses of transactions that have not ended. */
export const OPEN_STATUSES: readonly Status[] = TRANSACTION_STATUSES.filter((status) => !isTerminal(status));
