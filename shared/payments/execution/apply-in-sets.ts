import type { AuditAction } from '#contracts/audit-actions.ts';
import { lockTransactions } from '#ledger/transactions.ts';
import { applyTogether, type Moved, TOGETHER_AT_MOST } from '#payments/bank/apply-together.ts';
import type { BankEvent } from '#payments/bank/bank-event.repository.ts';
import { reconcilePayments } from '#payments/payments.jobs.ts';
import { callForEach } from '#platform/at-once.ts';
import { auditEach, recordEach } from '#platform/db/audit-each.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import type { Stuck } from './reconcile.repository.ts';
import { reportTask } from './report-task.ts';

/** Something that is to be applied to many payments alike. */
export interface Applying<T extends Stuck> {
  readonly action: AuditAction;
  readonly eventOf: (item: T) => BankEvent;
  /** Answers the payments, which are held, that it is true of still. @default all */
  readonly stillTrue?: (tx: TenantTx, ids: readonly string[]) => Promise<readonly string[]>;
}

/**
 * Applies an event to each payment, those of a tenant in sets. Returns what it has left, which is to be applied one by one: what a set can't take,
 * and a set that failed as a whole.
 */
export async function applyInSets<T extends Stuck>(
  items: readonly T[],
  applying: Applying<T>,
  requestId: string,
  hasTime: () => boolean,
): Promise<readonly T[]> {
  const left: T[] = [];
  for (const [tenant_id, ofTenant] of Map.groupBy(items, (item) => item.tenant_id))
    for (let start = 0; start < ofTenant.length; start += TOGETHER_AT_MOST) {
      const set = ofTenant.slice(start, start + TOGETHER_AT_MOST);
      const moved = hasTime() ? await attemptSet(set, applying, requestId) : [];
      const done = new Set(moved.map(({ transaction_id }) => transaction_id));
      left.push(...set.filter(({ transaction_id }) => !done.has(transaction_id)));
      await callForEach(moved, async ({ token }) => void (await reportTask(token)));
      if (done.size > 0)
        logger.info('applied as a set', { tenant_id, payments: done.size, left: set.length - done.size });
    }
  return left;
}

async function attemptSet<T extends Stuck>(
  set: readonly T[],
  applying: Applying<T>,
  requestId: string,
): Promise<readonly Moved[]> {
  const [first, second] = set;
  // One alone has nothing to share.
  if (first === undefined || second === undefined) return [];
  try {
    return await applySet(first.tenant_id, set, applying, requestId);
  } catch (error) {
    logger.warn('a set is applied one by one', { tenant_id: first.tenant_id, error: error as Error });
    return [];
  }
}

function applySet<T extends Stuck>(
  tenantId: Stuck['tenant_id'],
  set: readonly T[],
  { action, eventOf, stillTrue = async (_, ids) => ids }: Applying<T>,
  requestId: string,
): Promise<readonly Moved[]> {
  return systemWrite(
    systemActor(tenantId, requestId, reconcilePayments),
    async (tx) => {
      await recordEach(tx);
      const locked = await lockTransactions(
        tx,
        set.map(({ transaction_id }) => transaction_id),
      );
      const meant = new Set(
        await stillTrue(
          tx,
          locked.map(({ id }) => id),
        ),
      );
      const events = set.filter(({ transaction_id }) => meant.has(transaction_id)).map(eventOf);
      const moved = await applyTogether(tx, locked, events);
      return moved.length === 0 ? noEffect(moved) : moved;
    },
    {
      audit: (moved) =>
        auditEach(
          moved.map(({ transaction_id, about }) => ({
            ...{ action, resource: `transactions/${transaction_id}`, payload: {}, about },
          })),
        ),
    },
  );
}
