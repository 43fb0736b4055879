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

/** Returns the standing of those holders that the register has, by their ids. */
export async function listHolderStandings(
  read: TenantRead,
  ids: readonly string[],
): Promise<ReadonlyMap<string, HolderStanding>> {
  const rows = await read
    .selectFrom('shareholders')
    .select(['id', 'kyc_status', 'status'])
    .where('id', '=', (eb) => eb.fn.any(eb.val([...ids])))
    .execute();
  return new Map(rows.map(({ id, ...standing }) => [id, standing]));
}

/** Returns the mail address of a holder; undefined if the register has none, or not the holder. */
export async function findHolderEmail(read: TenantRead, id: string): Promise<string | undefined> {
  const holder = await read
    .selectFrom('shareholders')
    .select('email')
    .where('id', '=', id)
    .where('status', '=', 'ACTIVE')
    .executeTakeFirst();
  return holder?.email ?? undefined;
}
