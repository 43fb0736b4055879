import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** A load of a file, and when it ended. */
interface Load {
  readonly source: string;
  readonly endedAt: Date;
}

/** Returns the origin that the ledger keeps of a file's changes. */
export function sourceOfUpload(uploadId: string): string {
  return `upload:${uploadId}`;
}

/**
 * Tells whether a holder has been entered or changed since a file was loaded: by anybody else, and by other files. A load that wrote
 * nothing, as a dry run does, counts from its end.
 */
export async function hasChangedSince(read: TenantRead, { source, endedAt }: Load): Promise<boolean> {
  const { rows } = await sql<{ changed: boolean }>`
    select exists (select from shareholders where updated_at > coalesce(
      (select max(created_at) from position_changes where source = ${source}),
      ${endedAt.toISOString()}::timestamptz)) as changed`.execute(read);
  return rows[0]?.changed === true;
}
