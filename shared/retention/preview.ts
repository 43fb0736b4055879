import type { z } from 'zod';
import { addDays, dayOf, startOf } from '#kernel/calendar.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { retentionEnvironment } from '#retention/retention-environment.ts';
import { CATEGORIES, cutoffsOf } from './categories.ts';
import { countDue } from './purge.repository.ts';
import type { previewRetention } from './retention.routes.ts';
import { retentionPolicy } from './retention-policy.ts';

/** When the job runs on its day, see retention.jobs.ts. */
const RUN_HOUR_MS = 4 * 3_600_000;

/** The day of the first run after an instant. */
export function nextRunDay(now: Date): string {
  return addDays(dayOf(new Date(now.getTime() - RUN_HOUR_MS)), 1);
}

/** Returns what the run of a day would erase of the tenant, and what legal holds would keep. */
export async function preview(
  read: TenantRead,
  asOf: string,
): Promise<z.input<(typeof previewRetention)['response']>> {
  const policy = retentionPolicy(retentionEnvironment.retentionYears());
  const cutoffs = cutoffsOf(policy, new Date(startOf(asOf).getTime() + RUN_HOUR_MS));
  const data = [];
  for (const category of CATEGORIES)
    data.push({ category: category.name, ...(await countDue(read, category, cutoffs)) });
  return {
    as_of: asOf,
    policy: {
      record_years: policy.recordYears,
      file_years: policy.fileYears,
      errors_days: policy.errorsDays,
      delivery_days: policy.deliveryDays,
    },
    data,
  };
}
