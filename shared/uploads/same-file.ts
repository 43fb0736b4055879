import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { hasRevokedSince } from '#proxy/revoked-ballots.ts';
import { hasChangedSince, sourceOfUpload } from '#register/register-changes.ts';
import { type FileIdentity, findUploadOfFile, setOvertaken, type UploadRecord } from './upload.repository.ts';
import type { UploadKind } from './upload-kind.ts';

/**
 * Finds the upload that stands for a file's bytes: once it is completed, or waits for approval. Bytes of a register stand for nothing any more once
 * the register has changed since: to load them again is to set its holders again. A payment of a payroll is recorded once, whatever happens.
 * Ballots that were refused may be cast later, and those that were revoked again. A file of payees, or of participants, is compared with them anew, and changes nothing
 * where nothing has changed.
 */
export async function findSameFile(
  read: TenantRead,
  identity: FileIdentity,
): Promise<UploadRecord | undefined> {
  const first = await findUploadOfFile(read, identity);
  return first !== undefined && (await isOvertaken(read, first)) ? undefined : first;
}

/** Files of these kinds are compared with what is there, each time. */
const COMPARED: ReadonlySet<string> = new Set<UploadKind>([
  'kyc',
  'bank-accounts',
  'tax-certifications',
  'participants',
]);

async function isOvertaken(
  read: TenantRead,
  { id, kind, state, completed_at, rejected, dry_run }: UploadRecord,
): Promise<boolean> {
  if (state !== 'COMPLETED' || completed_at === null) return false;
  if (COMPARED.has(kind)) return true;
  if (kind === 'ballots') return dry_run || rejected > 0 || (await hasRevokedSince(read, completed_at));
  if (kind !== 'shareholders') return false;
  return hasChangedSince(read, { source: sourceOfUpload(id), endedAt: completed_at });
}

/** Lets an upload take the place of an earlier one of the same bytes that the register has left behind. */
export async function overtake(tx: TenantTx, identity: FileIdentity): Promise<void> {
  const first = await findUploadOfFile(tx, identity);
  if (first !== undefined && (await isOvertaken(tx, first))) await setOvertaken(tx, first.id);
}
