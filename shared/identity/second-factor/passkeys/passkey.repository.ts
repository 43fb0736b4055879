import { type Selectable, sql } from 'kysely';
import type { PasskeyChallenges, Passkeys } from '#generated/database.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { MAX_PASSKEYS } from './passkey-limits.ts';

const PASSKEY = [
  'id',
  'name',
  'credential_id',
  'public_key',
  'sign_count',
  'transports',
  'created_at',
  'last_used_at',
] as const satisfies readonly (keyof Passkeys)[];
export type Passkey = Pick<Selectable<Passkeys>, (typeof PASSKEY)[number]>;

/** Lists the passkeys of a user, of whom nobody has more than a few. */
export function listPasskeys(read: TenantRead, userId: string): Promise<Passkey[]> {
  return read
    .selectFrom('passkeys')
    .select(PASSKEY)
    .where('user_id', '=', userId)
    .orderBy('id')
    .limit(MAX_PASSKEYS)
    .execute();
}

export function findPasskey(
  read: TenantRead,
  userId: string,
  credentialId: string,
): Promise<Passkey | undefined> {
  return read
    .selectFrom('passkeys')
    .select(PASSKEY)
    .where('user_id', '=', userId)
    .where('credential_id', '=', credentialId)
    .executeTakeFirst();
}

export async function insertPasskey(
  tx: TenantTx,
  passkey: Pick<Passkey, 'name' | 'credential_id' | 'public_key' | 'sign_count' | 'transports'> & {
    readonly user_id: string;
  },
): Promise<Passkey> {
  return tx.insertInto('passkeys').values(passkey).returning(PASSKEY).executeTakeFirstOrThrow();
}

/**
 * Notes the count of a signature, and tells whether it is later than every one before. Authenticators that don't count say 0 each time; one that has
 * counted and goes back was copied.
 */
export async function setPasskeyUsed(tx: TenantTx, id: string, signCount: bigint): Promise<boolean> {
  const used = await tx
    .updateTable('passkeys')
    .set({ sign_count: signCount, last_used_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where((eb) =>
      eb.or([
        eb('sign_count', '<', signCount),
        eb.and([eb('sign_count', '=', 0n), eb.val(signCount === 0n)]),
      ]),
    )
    .returning('id')
    .executeTakeFirst();
  return used !== undefined;
}

/** Gives a passkey of a user another name. */
export function setPasskeyName(
  tx: TenantTx,
  userId: string,
  id: string,
  name: string,
): Promise<Passkey | undefined> {
  return tx
    .updateTable('passkeys')
    .set({ name })
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .returning(PASSKEY)
    .executeTakeFirst();
}

/** Removes a passkey of a user, and tells whether there was one. */
export async function deletePasskey(tx: TenantTx, userId: string, id: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom('passkeys')
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();
  return gone !== undefined;
}

type Purpose = 'ADD' | 'STEP_UP';

/** Gives a session something to sign, instead of what it was given before. */
export async function putChallenge(
  tx: TenantTx,
  of: { readonly session_id: string; readonly purpose: Purpose; readonly challenge: string },
  seconds: number,
): Promise<void> {
  const values = {
    challenge: of.challenge,
    expires_at: sql<Date>`now() + make_interval(secs => ${seconds})`,
  };
  await tx
    .insertInto('passkey_challenges')
    .values({ ...of, ...values })
    .onConflict((oc) => oc.constraint('passkey_challenges_of_session').doUpdateSet(values))
    .execute();
}

export type StoredChallenge = Pick<Selectable<PasskeyChallenges>, 'id' | 'challenge'>;

export function findStoredChallenge(
  read: TenantRead,
  sessionId: string,
  purpose: Purpose,
): Promise<StoredChallenge | undefined> {
  return read
    .selectFrom('passkey_challenges')
    .select(['id', 'challenge'])
    .where('session_id', '=', sessionId)
    .where('purpose', '=', purpose)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst();
}

/** Uses a challenge up, and tells whether nobody has before. */
export async function useStoredChallenge(tx: TenantTx, { id, challenge }: StoredChallenge): Promise<boolean> {
  const used = await tx
    .deleteFrom('passkey_challenges')
    .where('id', '=', id)
    .where('challenge', '=', challenge)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('id')
    .executeTakeFirst();
  return used !== undefined;
}
