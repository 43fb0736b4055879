import type { SystemTx } from '#platform/db/system-tx.ts';
import { findRecordChanges, listChangeActivity } from './record-changes.repository.ts';
import { findSecurityReport, listSecurityActivity } from './security-entries.repository.ts';
import { type Activity, type SettledRange, settledUpTo } from './settled.repository.ts';

export type { Activity };

export interface SettledActivity {
  readonly to: string;
  /** Whether there are settled entries beyond. */
  readonly hasMore: boolean;
  readonly activity: readonly Activity[];
}

/** Returns which tenants have entries of a kind among the settled ones from a number of a transaction on; of `most` entries at once. */
const activityOf =
  (list: (tx: SystemTx, range: SettledRange) => Promise<Activity[]>) =>
  async (tx: SystemTx, from: string, most: number): Promise<SettledActivity> => {
    const { to, hasEntries, hasMore } = await settledUpTo(tx, from, most);
    return { to, hasMore, activity: hasEntries ? await list(tx, { from, to }) : [] };
  };

export const securityActivity = activityOf(listSecurityActivity);
export const changeActivity = activityOf(listChangeActivity);

/** Returns what a tenant is told of the security events in a range, if there are any. */
export const securityReport = findSecurityReport;
/** Returns what a tenant is told of the records that were changed in a range. */
export const recordChanges = findRecordChanges;
