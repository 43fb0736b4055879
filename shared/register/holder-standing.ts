import type { Selectable } from 'kysely';
import type { Shareholders } from '#generated/database.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** The part of a holder that other rooms must know before they act. */
export type HolderStanding = Pick<Selectable<Shareholders>, 'kyc_status' | 'status'>;

/** Returns undefined if the register doesn't have the holder. */
export function findHolderStanding(read: TenantRead, id: string): Promise<HolderStanding | undefined> {
  return read
    .selectFrom('shareholders')
    .select(['kyc_status', 'status'])
    .where('id', '=', id)
    .executeTakeFirst();
}
