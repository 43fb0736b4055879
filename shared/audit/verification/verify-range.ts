import { bucketArchive } from '#audit/archive/audit-bucket.ts';
import { pinnedKeys, toPublicKeys } from '#audit/archive/audit-keys.ts';
import type { findHead } from '#audit/archive/export.repository.ts';
import { retentionEnvironment } from '#retention/retention-environment.ts';
import { daysBefore, daysOf, retentionPolicy } from '#retention/retention-policy.ts';
import type { Verification } from './verification.ts';
import { verifyArchive } from './verify-archive.ts';

export interface DayRange {
  readonly from: string;
  readonly to: string;
  /** @default every tenant's entries */
  readonly tenantId?: string;
}

type Head = Awaited<ReturnType<typeof findHead>>;

/**
 * Verifies days of the audit bucket with the keys that are pinned outside of the database.
 * @param head the newest digest that the database has: the archive must not end before it
 */
export async function verifyRange(head: Head, range: DayRange, at: Date): Promise<Verification> {
  const { auditYears } = retentionPolicy(retentionEnvironment.retentionYears());
  return verifyArchive({
    ...range,
    archive: bucketArchive(),
    keys: toPublicKeys(await pinnedKeys()),
    head,
    expiredBefore: daysBefore(at, daysOf(auditYears) - 1),
  });
}
