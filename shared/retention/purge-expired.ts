import { crashPoint } from '#platform/crash-point.ts';
import { count } from '#platform/observability/metrics.ts';
import { Failures } from '#platform/queue/failures.ts';
import { retentionEnvironment } from '#retention/retention-environment.ts';
import { cutoffsOf } from './categories.ts';
import {
  batchOf,
  type Due,
  deleteLoginFailures,
  deleteRequestCounts,
  listDue,
  purgeBatch,
} from './purge.repository.ts';
import * as jobs from './retention.jobs.ts';
import { retentionPolicy } from './retention-policy.ts';

/** A batch takes a second at most. */
const MARGIN_MS = 30_000;

export interface Purged extends Record<string, unknown> {
  /** Records by category; counters of metrics. */
  readonly purged: Readonly<Record<string, number>>;
  /** False when time ran out: the next run goes on. */
  readonly complete: boolean;
}

/**
 * Erases, as of `at`, what is due and not held, category by category in batches of a tenant's records. What is erased is no
 * longer due: a run that is killed, or out of time, is ended by the next, and a second run for the same instant changes nothing.
 * @throws AggregateError in the end, when tenants failed
 */
export async function purgeExpired(at: Date, requestId: string, remainingMs: () => number): Promise<Purged> {
  const cutoffs = cutoffsOf(retentionPolicy(retentionEnvironment.retentionYears()), at);
  const purged: Record<string, number> = {};
  let erased = 0;
  const purgeAll = async ({ category, tenantId }: Due): Promise<boolean> => {
    for (;;) {
      if (remainingMs() < MARGIN_MS) return false;
      const records = await purgeBatch(category, cutoffs, tenantId, requestId);
      await crashPoint('purge.batch', tenantId);
      erased += records;
      if (records > 0) {
        purged[category.name] = (purged[category.name] ?? 0) + records;
        count('RetentionPurged', records, { entity: category.name });
      }
      if (records < batchOf(category)) return true;
    }
  };
  const failures = new Failures(jobs.purgeExpired);
  let complete = true;
  // Records that were erased may have kept others: the deliveries of a webhook keep it.
  let before: number;
  do {
    before = erased;
    for (const due of await listDue(cutoffs)) {
      const seen = { category: due.category.name, tenant_id: due.tenantId };
      await failures.attempt(seen, async () => {
        complete = await purgeAll(due);
      });
      if (!complete) break;
    }
  } while (complete && erased > before);
  failures.rethrow();
  if (!complete) return { purged, complete };
  await deleteRequestCounts(at);
  const loginFailures = await deleteLoginFailures(at);
  if (loginFailures > 0) purged['login-failures'] = loginFailures;
  return { purged, complete: true };
}
