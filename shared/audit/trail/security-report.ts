import type { SystemTx } from '#platform/db/system-tx.ts';
import {
  findSecurityReport,
  listSecurityActivity,
  type SecurityActivity,
} from './security-entries.repository.ts';
import { settledUpTo } from './settled.repository.ts';

export type { SecurityActivity };

export interface SettledActivity {
  readonly to: string;
  /** Whether there are settled entries beyond. */
  readonly hasMore: boolean;
  readonly activity: readonly SecurityActivity[];
}

/** Returns which tenants have security events in the settled entries from a number of a transaction on; of `most` entries at once. */
export async function securityActivity(tx: SystemTx, from: string, most: number): Promise<SettledActivity> {
  const { to, hasEntries, hasMore } = await settledUpTo(tx, from, most);
  return { to, hasMore, activity: hasEntries ? await listSecurityActivity(tx, { from, to }) : [] };
}

/** Returns what a tenant is told of the security events in a range, if there are any. */
export const securityReport = findSecurityReport;
