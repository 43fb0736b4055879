import type { TenantId } from '#kernel/ids.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { findKeptTally, findTally, keepTally, type Tally } from './tally.repository.ts';

/** Returns the tally of a meeting: the one that was kept while nobody has voted or revoked since, or else counts and keeps it. */
export async function getTally(read: TenantRead, tenantId: TenantId, meetingId: string): Promise<Tally> {
  const kept = await findKeptTally(read, meetingId);
  if (kept !== undefined) return kept;
  const tally = await findTally(read, meetingId);
  await keepTally(tenantId, meetingId, tally);
  return tally;
}
