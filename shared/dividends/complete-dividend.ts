import { isPaidOff } from '#ledger/transactions.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { type Actor, tenantRead, tenantTx } from '#platform/db/tenant-tx.ts';
import { lockDividend, setDividendState } from './dividend.repository.ts';
import { hasOpenChunks } from './dividend-chunk.repository.ts';
import type { DividendState } from './dividend-state.ts';

/**
 * Turns a dividend to PENDING when the last of its chunks is done; the database first proves that lines and transactions add
 * up. Each worker asks after its own commit, so that of two who finish together one sees that nothing is left.
 */
export async function completeDividend(actor: Actor, id: string): Promise<void> {
  if (await tenantRead(actor.tenantId, (read) => hasOpenChunks(read, id))) return;
  await advance(actor, id, ['SNAPSHOT'], 'PENDING', 'dividend.pending');
}

/** Turns a dividend to PAID when it owes nothing any more. */
export async function closeDividend(actor: Actor, id: string): Promise<void> {
  if (!(await tenantRead(actor.tenantId, (read) => isPaidOff(read, id)))) return;
  await advance(actor, id, ['PENDING', 'PAYING'], 'PAID', 'dividend.paid');
}

async function advance(
  actor: Actor,
  id: string,
  from: readonly DividendState[],
  state: 'PENDING' | 'PAID',
  action: 'dividend.pending' | 'dividend.paid',
): Promise<void> {
  await tenantTx(
    actor,
    async (tx) => {
      const dividend = await lockDividend(tx, id);
      if (dividend === undefined || !from.includes(dividend.state)) return noEffect();
      return setDividendState(tx, dividend, { state });
    },
    {
      audit: (dividend) => ({
        action,
        resource: `dividends/${id}`,
        payload: { holders: dividend?.holders, total_minor: dividend?.total_amount },
      }),
    },
  );
}
