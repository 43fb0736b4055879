import { systemTx } from '#platform/db/system-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { Failures } from '#platform/queue/failures.ts';
import * as jobs from './projection.jobs.ts';
import { listTenantIds, rebuildChunk } from './reporting.repository.ts';

const REASON = 'reports of every tenant are compared with its ledger';
/** A fifth of a second's work. */
const TRANSACTIONS_PER_CHUNK = 10_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
/** Stops in time for the chunk under way. */
const MARGIN_MS = 20_000;

/** The result of one comparison. It is a type alias, not an interface, so that it can be logged as a record. */
export type Rebuilt = {
  readonly compared: number;
  /** The number of rows that differed, because events were lost or somebody changed rows. */
  readonly repaired: number;
  /** False when time ran out. */
  readonly complete: boolean;
};

/**
 * Makes the reporting tables equal to the ledger, chunk by chunk, while events keep arriving: the newer version
 * stays. It fills empty tables too.
 */
export async function rebuildReporting(remainingMs: () => number): Promise<Rebuilt> {
  let [compared, repaired, complete] = [0, 0, true];
  const failures = new Failures(jobs.rebuildReporting);
  const rebuildTenant = async (tenantId: string): Promise<void> => {
    for (let after: string | null = FIRST_ID; after !== null; ) {
      if (remainingMs() < MARGIN_MS) {
        complete = false;
        return;
      }
      const from: string = after;
      const chunk = await systemTx(REASON, (tx) => rebuildChunk(tx, tenantId, from, TRANSACTIONS_PER_CHUNK));
      compared += chunk.compared;
      repaired += chunk.repaired;
      if (chunk.repaired > 0)
        logger.warn('reports differed from the ledger', { tenant_id: tenantId, repaired: chunk.repaired });
      after = chunk.compared < TRANSACTIONS_PER_CHUNK ? null : chunk.last;
    }
  };
  for (const tenant_id of await systemTx(REASON, listTenantIds)) {
    await failures.attempt({ tenant_id }, () => rebuildTenant(tenant_id));
    if (!complete) break;
  }
  failures.rethrow();
  return { compared, repaired, complete };
}
