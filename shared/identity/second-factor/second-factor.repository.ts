import { type Selectable, sql } from 'kysely';
import type { SecondFactors, SignInChallenges } from '#generated/database.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

export interface FactorStanding {
  readonly confirmed_at: Date | null;
  readonly recovery_codes_left: number;
  readonly passkeys: number;
  /** The tenant's setting; null: as the environment says. */
  readonly demanded: boolean | null;
}

/** Finds what a user has, and what their tenant demands. */
export async function findFactorStanding(read: TenantRead, userId: string): Promise<FactorStanding> {
  const { rows } = await sql<FactorStanding>`select
      (select confirmed_at from second_factors where user_id = ${userId} and confirmed_at is not null) as confirmed_at,
      (select count(*)::integer from recovery_codes where user_id = ${userId} and used_at is null) as recovery_codes_left,
      (select count(*)::integer from passkeys where user_id = ${userId}) as passkeys,
      (select second_factor_demanded from sign_in_settings) as demanded`.execute(read);
  return rows[0] ?? { confirmed_at: null, recovery_codes_left: 0, passkeys: 0, demanded: null };
}

/** Tells whether a user has a second factor of any kind. */
export async function hasFactor(read: TenantRead, userId: string): Promise<boolean> {
  const { confirmed_at, passkeys } = await findFactorStanding(read, userId);
  return confirmed_at !== null || passkeys > 0;
}

export type Factor = Pick<Selectable<SecondFactors>, 'id' | 'secret_sealed'>;

/** Finds the factor of a user that counts, or the one that they have begun to enrol. */
export function findFactor(
  read: TenantRead,
  userId: string,
  state: 'confirmed' | 'begun',
): Promise<Factor | undefined> {
  return read
    .selectFrom('second_factors')
    .select(['id', 'secret_sealed'])
    .where('user_id', '=', userId)
    .where('confirmed_at', state === 'confirmed' ? 'is not' : 'is', null)
    .executeTakeFirst();
}

/** Begins an enrolment, instead of one that was begun before. */
export async function insertFactor(
  tx: TenantTx,
  factor: { readonly id: string; readonly user_id: string; readonly secret_sealed: string },
): Promise<void> {
  await tx
    .deleteFrom('second_factors')
    .where('user_id', '=', factor.user_id)
    .where('confirmed_at', 'is', null)
    .execute();
  await tx.insertInto('second_factors').values(factor).execute();
}

/** Uses the code of a step up, and tells whether nobody has before. One of two racers with the same code gets in. */
export async function setStepUsed(tx: TenantTx, id: string, step: number): Promise<boolean> {
  const used = await tx
    .updateTable('second_factors')
    .set({ last_step: BigInt(step) })
    .where('id', '=', id)
    .where('last_step', '<', BigInt(step))
    .returning('id')
    .executeTakeFirst();
  return used !== undefined;
}

/** Makes a factor that was begun the one that counts. */
export async function setConfirmed(tx: TenantTx, userId: string, id: string): Promise<void> {
  await tx
    .deleteFrom('second_factors')
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is not', null)
    .execute();
  await tx
    .updateTable('second_factors')
    .set({ confirmed_at: sql<Date>`now()` })
    .where('id', '=', id)
    .execute();
}

/** Removes the codes by time of a user. */
export async function deleteTimeFactor(tx: TenantTx, userId: string): Promise<void> {
  await tx.deleteFrom('second_factors').where('user_id', '=', userId).execute();
}

export async function deleteRecoveryCodes(tx: TenantTx, userId: string): Promise<void> {
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
}

/** Removes every second factor of a user, of whatever kind. */
export async function deleteFactors(tx: TenantTx, userId: string): Promise<void> {
  await deleteTimeFactor(tx, userId);
  await tx.deleteFrom('passkeys').where('user_id', '=', userId).execute();
  await deleteRecoveryCodes(tx, userId);
}

/** Gives a user other recovery codes; those before work no longer. */
export async function replaceRecoveryCodes(
  tx: TenantTx,
  userId: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  await tx
    .insertInto('recovery_codes')
    .values(hashes.map((code_sha256) => ({ user_id: userId, code_sha256 })))
    .execute();
}

export async function existsRecoveryCode(read: TenantRead, userId: string, sha256: Buffer): Promise<boolean> {
  const code = await read
    .selectFrom('recovery_codes')
    .select('id')
    .where('user_id', '=', userId)
    .where('code_sha256', '=', sha256)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return code !== undefined;
}

/** Uses a recovery code up, and tells whether there was one. */
export async function setRecoveryCodeUsed(tx: TenantTx, userId: string, sha256: Buffer): Promise<boolean> {
  const used = await tx
    .updateTable('recovery_codes')
    .set({ used_at: sql<Date>`now()` })
    .where('user_id', '=', userId)
    .where('code_sha256', '=', sha256)
    .where('used_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return used !== undefined;
}

const CHALLENGE = [
  'id',
  'user_id',
  'family_id',
  'method',
  'amr',
] as const satisfies readonly (keyof SignInChallenges)[];
export type Challenge = Pick<Selectable<SignInChallenges>, (typeof CHALLENGE)[number]>;

export async function insertChallenge(
  tx: TenantTx,
  challenge: Omit<Challenge, 'id'> & { readonly token_sha256: Buffer },
  seconds: number,
): Promise<void> {
  await tx
    .insertInto('sign_in_challenges')
    .values({ ...challenge, expires_at: sql<Date>`now() + make_interval(secs => ${seconds})` })
    .execute();
}

export function findChallenge(read: TenantRead, sha256: Buffer): Promise<Challenge | undefined> {
  return read
    .selectFrom('sign_in_challenges')
    .select(CHALLENGE)
    .where('token_sha256', '=', sha256)
    .where('used_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst();
}

/** Uses a challenge up, and tells whether nobody has before. */
export async function setChallengeUsed(tx: TenantTx, id: string): Promise<boolean> {
  const used = await tx
    .updateTable('sign_in_challenges')
    .set({ used_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('id')
    .executeTakeFirst();
  return used !== undefined;
}

/** Ends what waits for a second factor: of a session that must not begin any more, or of a user. */
export async function endChallenges(
  tx: TenantTx,
  of: { readonly familyId: string } | { readonly userId: string },
): Promise<void> {
  const query = tx
    .updateTable('sign_in_challenges')
    .set({ used_at: sql<Date>`now()` })
    .where('used_at', 'is', null);
  await ('familyId' in of
    ? query.where('family_id', '=', of.familyId)
    : query.where('user_id', '=', of.userId)
  ).execute();
}

/** Notes that the person of a session has proved the second factor now. */
export async function setFactorProved(tx: TenantTx, sessionId: string): Promise<void> {
  await tx
    .updateTable('sessions')
    .set({ second_factor_at: sql<Date>`now()` })
    .where('id', '=', sessionId)
    .execute();
}

/** Tells whether a session began within so many minutes. */
export async function hasJustBegun(read: TenantRead, sessionId: string, minutes: number): Promise<boolean> {
  const session = await read
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', sessionId)
    .where('started_at', '>', sql<Date>`now() - make_interval(mins => ${minutes}::integer)`)
    .executeTakeFirst();
  return session !== undefined;
}

/** Tells whether the person of a session has proved the second factor within so many minutes, and what the tenant demands. */
export async function findFreshness(
  read: TenantRead,
  sessionId: string,
  minutes: number,
): Promise<{ readonly fresh: boolean; readonly demanded: boolean | null }> {
  const { rows } = await sql<{ fresh: boolean; demanded: boolean | null }>`select
      exists (select from sessions where id = ${sessionId}
        and second_factor_at > now() - make_interval(mins => ${minutes}::integer)) as fresh,
      (select second_factor_demanded from sign_in_settings) as demanded`.execute(read);
  return rows[0] ?? { fresh: false, demanded: null };
}
