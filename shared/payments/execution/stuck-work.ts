import { type SystemTx, systemTx } from '#platform/db/system-tx.ts';
import {
  listDueForRestart,
  listStoppedRuns,
  listStuck,
  listUnappliedEvents,
} from './reconcile.repository.ts';

/** Longer than the bank's callback may take before the execution itself asks. */
const STUCK_AFTER_SECONDS = 600;
const UNAPPLIED_AFTER_MS = 60_000;
const STOPPED_AFTER_MS = 15 * 60_000;

const ago = (now: Date, ms: number): Date => new Date(now.getTime() - ms);

/** Payments without a word for longer than their bank may take. */
export const stuckPayments = (tx: SystemTx, now: Date, most: number) =>
  listStuck(tx, now, STUCK_AFTER_SECONDS, most);

/** Those of them that are started anew. */
export const paymentsToRestart = (tx: SystemTx, now: Date, most: number) =>
  listDueForRestart(tx, now, STUCK_AFTER_SECONDS, most);

/** Payments of which the bank has said something that waits to be applied. */
export const unappliedEvents = (tx: SystemTx, now: Date, most: number) =>
  listUnappliedEvents(tx, ago(now, UNAPPLIED_AFTER_MS), most);

/** Payments of a dividend whose worker has stopped on the way. */
export const stoppedRuns = (tx: SystemTx, now: Date, most: number) =>
  listStoppedRuns(tx, ago(now, STOPPED_AFTER_MS), most);

/** Something that should have moved, as an operator sees it: whose it is and how it stands, and nothing of its content. */
export interface StuckWork {
  readonly kind: 'PAYMENT' | 'BANK_EVENT' | 'PAYMENT_RUN';
  readonly tenant_id: string;
  /** `transactions/<id>` or `dividends/<id>`. */
  readonly resource: string;
  readonly status: string | null;
  readonly channel: string | null;
  /** The times that its execution was started anew. */
  readonly restarts: number | null;
  readonly since: Date;
  readonly request_id: string | null;
}

const REASON = 'an operator looks at what is stuck';

/** Lists what has not moved for too long, of every tenant: what has waited longest first, at most so many of each kind. */
export async function listStuckWork(now: Date, most: number): Promise<StuckWork[]> {
  const unknown = { status: null, channel: null, restarts: null };
  const work = await systemTx(REASON, async (tx): Promise<StuckWork[]> => {
    const payments = await stuckPayments(tx, now, most);
    const events = await unappliedEvents(tx, now, most);
    const runs = await stoppedRuns(tx, now, most);
    return [
      ...payments.map(({ transaction_id, ...payment }) => ({
        kind: 'PAYMENT' as const,
        resource: `transactions/${transaction_id}`,
        ...payment,
      })),
      ...events.map(({ transaction_id, ...event }) => ({
        kind: 'BANK_EVENT' as const,
        resource: `transactions/${transaction_id}`,
        ...unknown,
        ...event,
      })),
      ...runs.map(({ dividend_id, ...run }) => ({
        kind: 'PAYMENT_RUN' as const,
        resource: `dividends/${dividend_id}`,
        ...unknown,
        ...run,
        request_id: null,
      })),
    ];
  });
  return work.toSorted((a, b) => a.since.getTime() - b.since.getTime());
}
