import type { NoEffect } from '#platform/db/no-effect.ts';
import { type Actor, type TenantTx, type TenantTxOptions, tenantTx } from '#platform/db/tenant-tx.ts';
import { publishCommitted } from '#platform/events/publish-committed.ts';

/** A transaction of a worker, a schedule or a step, and the publication of what it put into its outbox. */
export async function systemWrite<T, N = never>(
  actor: Actor,
  work: (tx: TenantTx) => Promise<T | NoEffect<N>>,
  options: TenantTxOptions<T>,
): Promise<T | N> {
  const { result, events } = await tenantTx(actor, work, options);
  await publishCommitted(events);
  return result;
}
