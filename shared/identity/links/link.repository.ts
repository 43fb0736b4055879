import { sql } from 'kysely';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

export type LinkPurpose = 'INVITATION' | 'RESET';

export interface LinkOwner {
  readonly id: string;
  readonly email: string;
}

/** Makes a link, and ends the one before it. */
export async function insertLink(
  tx: TenantTx,
  link: { userId: string; purpose: LinkPurpose; sha256: Buffer; minutes: number },
): Promise<void> {
  await setLinksRevoked(tx, link.userId, link.purpose);
  await tx
    .insertInto('sign_in_links')
    .values({
      user_id: link.userId,
      purpose: link.purpose,
      token_sha256: link.sha256,
      expires_at: sql<Date>`now() + make_interval(mins => ${link.minutes})`,
    })
    .execute();
}

/** Counts the links of a user that were made within a day. */
export async function countLinksOfDay(read: TenantRead, userId: string): Promise<number> {
  const { links } = await read
    .selectFrom('sign_in_links')
    .select((eb) => eb.fn.countAll<bigint>().as('links'))
    .where('user_id', '=', userId)
    .where('created_at', '>', sql<Date>`now() - interval '1 day'`)
    .executeTakeFirstOrThrow();
  return Number(links);
}

/** Ends what links of a user still work, of one purpose or of all. */
export async function setLinksRevoked(tx: TenantTx, userId: string, purpose?: LinkPurpose): Promise<void> {
  let query = tx
    .updateTable('sign_in_links')
    .set({ revoked_at: sql<Date>`now()` })
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null);
  if (purpose !== undefined) query = query.where('purpose', '=', purpose);
  await query.execute();
}

/** Finds whose link it is, if it works. */
export function findOwner(
  read: TenantRead,
  sha256: Buffer,
  purpose: LinkPurpose,
): Promise<LinkOwner | undefined> {
  return read
    .selectFrom('sign_in_links as l')
    .innerJoin('users as u', (join) =>
      join.onRef('u.tenant_id', '=', 'l.tenant_id').onRef('u.id', '=', 'l.user_id'),
    )
    .select(['u.id', 'u.email'])
    .where('l.token_sha256', '=', sha256)
    .where('l.purpose', '=', purpose)
    .where('l.used_at', 'is', null)
    .where('l.revoked_at', 'is', null)
    .where('l.expires_at', '>', sql<Date>`now()`)
    .where('u.status', '=', purpose === 'INVITATION' ? 'INVITED' : 'ACTIVE')
    .executeTakeFirst();
}

/** Finds whose link it is or was, whether or not it works, and whatever for. */
export async function findUserOfLink(read: TenantRead, sha256: Buffer): Promise<string | undefined> {
  const link = await read
    .selectFrom('sign_in_links')
    .select('user_id')
    .where('token_sha256', '=', sha256)
    .executeTakeFirst();
  return link?.user_id;
}

/** Uses a link up, and tells whose it was. Of two who use it at once, one gets nobody. */
export async function setUsed(
  tx: TenantTx,
  sha256: Buffer,
  purpose: LinkPurpose,
): Promise<string | undefined> {
  const used = await tx
    .updateTable('sign_in_links')
    .set({ used_at: sql<Date>`now()` })
    .where('token_sha256', '=', sha256)
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('user_id')
    .executeTakeFirst();
  return used?.user_id;
}
