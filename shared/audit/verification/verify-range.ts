import type { JsonWebKey } from 'node:crypto';
import { bucketArchive } from '#audit/archive/audit-bucket.ts';
import { toPublicKeys } from '#audit/archive/audit-keys.ts';
import { findHead, listKeys } from '#audit/archive/export.repository.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { retentionEnvironment } from '#retention/retention-environment.ts';
import { daysBefore, daysOf, retentionPolicy } from '#retention/retention-policy.ts';
import type { Verification } from './verification.ts';
import { verifyArchive } from './verify-archive.ts';

/** The state of the chain in the database. The archive is compared with it. */
export interface ChainState {
  readonly keys: readonly { readonly kid: string; readonly publicJwk: JsonWebKey }[];
  readonly head: Awaited<ReturnType<typeof findHead>>;
}

export async function findChainState(read: TenantRead): Promise<ChainState> {
  return { keys: await listKeys(read), head: await findHead(read) };
}

export interface DayRange {
  readonly from: string;
  readonly to: string;
  /** @default every tenant's entries */
  readonly tenantId?: string;
}

/** Verifies days of the audit bucket with the keys in the database, up to the digest that the database has. */
export function verifyRange({ keys, head }: ChainState, range: DayRange, at: Date): Promise<Verification> {
  const { auditYears } = retentionPolicy(retentionEnvironment.retentionYears());
  return verifyArchive({
    ...range,
    archive: bucketArchive(),
    keys: toPublicKeys(keys),
    head,
    expiredBefore: daysBefore(at, daysOf(auditYears) - 1),
  });
}
