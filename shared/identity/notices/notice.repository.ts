import { sql } from 'kysely';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

/** A user to whom mail can be sent. */
export interface Recipient {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly status: 'ACTIVE' | 'DISABLED' | 'INVITED';
  /** The user has a password, and may sign in by it. */
  readonly uses_password: boolean;
}

/** Finds a user by id, or by email, if the tenant still keeps their data. */
export function findRecipient(
  read: TenantRead,
  {
    id,
    email,
  }: { readonly id: string; readonly email?: never } | { readonly id?: never; readonly email: string },
): Promise<Recipient | undefined> {
  const query = read
    .selectFrom('users as u')
    .select((eb) => [
      'u.id',
      'u.email',
      'u.role',
      'u.status',
      eb
        .and([
          eb('u.has_password', '=', true),
          eb.not(
            eb.exists(
              eb
                .selectFrom('sign_in_settings as s')
                .select('s.tenant_id')
                .where('s.sso_required', '=', true)
                .whereRef('s.break_glass_user_id', 'is distinct from', 'u.id'),
            ),
          ),
        ])
        .$castTo<boolean>()
        .as('uses_password'),
    ])
    .where('u.purged_at', 'is', null);
  return (
    id === undefined ? query.where('u.email', '=', email) : query.where('u.id', '=', id)
  ).executeTakeFirst();
}

/** Notes that a notice is posted. Of a notice that comes twice the second isn't. */
export async function insertNotice(
  tx: TenantTx,
  { id, userId, kind }: { readonly id: string; readonly userId: string | null; readonly kind: string },
): Promise<boolean> {
  const inserted = await tx
    .insertInto('notices')
    .values({ id, user_id: userId, kind })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

/** Counts the notices of a kind that a user was posted within a day. */
export async function countNoticesOfDay(read: TenantRead, userId: string, kind: string): Promise<number> {
  const { posted } = await read
    .selectFrom('notices')
    .select((eb) => eb.fn.countAll<bigint>().as('posted'))
    .where('user_id', '=', userId)
    .where('kind', '=', kind)
    .where('posted_at', '>', sql<Date>`now() - interval '1 day'`)
    .executeTakeFirstOrThrow();
  return Number(posted);
}
