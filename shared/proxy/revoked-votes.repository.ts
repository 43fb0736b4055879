import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** Tells whether a ballot of the tenant was revoked after an instant. */
export async function hasRevokedSince(read: TenantRead, instant: Date): Promise<boolean> {
  const revoked = await read
    .selectFrom('votes')
    .select('id')
    .where('revoked_at', '>', instant)
    .limit(1)
    .executeTakeFirst();
  return revoked !== undefined;
}
