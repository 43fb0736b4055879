import { type Selectable, sql } from 'kysely';
import type { FederatedIdentities, FederatedSignIns } from '#generated/database.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { TenantType } from '#kernel/roles.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { appPool } from '#platform/db/pool.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

export interface ConnectionTenant {
  readonly id: TenantId;
  readonly type: TenantType;
  readonly status: 'ACTIVE' | 'SUSPENDED';
}

/** Finds the tenant of a connection outside any tenant's context, through a database function that returns no more than this. */
export async function findConnectionTenant(connectionId: string): Promise<ConnectionTenant | undefined> {
  try {
    const { rows } = await appPool().query<ConnectionTenant>(
      'select id, type, status from find_connection_tenant($1)',
      [connectionId],
    );
    return rows[0];
  } catch (error) {
    throw await translateDatabaseError(error);
  }
}

export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

export async function findUserOfIdentity(
  read: TenantRead,
  { issuer, subject }: Identity,
): Promise<string | undefined> {
  const found = await read
    .selectFrom('federated_identities')
    .select('user_id')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return found?.user_id;
}

/** @throws DomainError `conflict` */
export async function insertIdentity(
  tx: TenantTx,
  { issuer, subject }: Identity,
  userId: string,
): Promise<void> {
  await tx.insertInto('federated_identities').values({ issuer, subject, user_id: userId }).execute();
}

const IDENTITY = [
  'id',
  'issuer',
  'subject',
  'linked_at',
] as const satisfies readonly (keyof FederatedIdentities)[];
export type IdentityRow = Pick<Selectable<FederatedIdentities>, (typeof IDENTITY)[number]>;

export function listIdentities(
  read: TenantRead,
  userId: string,
  { limit, cursor }: PageRequest,
): Promise<IdentityRow[]> {
  let query = read
    .selectFrom('federated_identities')
    .select(IDENTITY)
    .where('user_id', '=', userId)
    .orderBy('id')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('id', '>', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

export async function deleteIdentity(tx: TenantTx, id: string): Promise<void> {
  await tx.deleteFrom('federated_identities').where('id', '=', id).execute();
}

/** Ends the sessions of a user that began at a provider, except one. */
export async function endSessionsOfIdentity(
  tx: TenantTx,
  of: { readonly userId: string; readonly issuer: string; readonly exceptSessionId: string },
): Promise<void> {
  await sql`update refresh_tokens set revoked_at = now() where revoked_at is null and family_id <> ${of.exceptSessionId}
    and family_id in (select family_id from federated_sessions where user_id = ${of.userId} and issuer = ${of.issuer})`.execute(
    tx,
  );
}

const COLUMNS = [
  'acr',
  'amr',
  'authenticated_at',
  'code_challenge',
  'connection_id',
  'expires_at',
  'family_id',
  'id',
  'issuer',
  'protocol_subject',
  'provider_session',
  'purpose',
  'redeemed_at',
  'subject',
  'user_id',
] as const satisfies readonly (keyof FederatedSignIns)[];

export type SignInRow = Pick<Selectable<FederatedSignIns>, (typeof COLUMNS)[number]>;
export type NewSignIn = Pick<
  Selectable<FederatedSignIns>,
  | 'connection_id'
  | 'state_sha256'
  | 'assertion_sha256'
  | 'code_sha256'
  | 'code_challenge'
  | 'purpose'
  | 'user_id'
  | 'issuer'
  | 'subject'
  | 'protocol_subject'
  | 'provider_session'
  | 'acr'
  | 'amr'
  | 'authenticated_at'
  | 'expires_at'
>;

/** Rows whose code has run out are kept for so long, since a state that comes again must be known. */
const KEPT_DAYS = 1;
/** The most rows that a sign-in cleans up after others. */
const CLEANED_AT_ONCE = 20;

/** @throws DomainError `sign-in-invalid` for a state that was used before */
export async function insertSignIn(tx: TenantTx, signIn: NewSignIn): Promise<void> {
  await tx.insertInto('federated_sign_ins').values(signIn).execute();
  await sql`delete from federated_sign_ins where id in (
    select id from federated_sign_ins where expires_at < now() - make_interval(days => ${KEPT_DAYS}::integer)
      order by expires_at limit ${CLEANED_AT_ONCE} for update skip locked)`.execute(tx);
}

/** Locked: of parallel exchanges one sees the code unused. */
export function lockSignIn(tx: TenantTx, codeSha256: Buffer): Promise<SignInRow | undefined> {
  return tx
    .selectFrom('federated_sign_ins')
    .select(COLUMNS)
    .where('code_sha256', '=', codeSha256)
    .forUpdate()
    .executeTakeFirst();
}

export async function setRedeemed(tx: TenantTx, id: string, familyId: string | null): Promise<void> {
  await tx
    .updateTable('federated_sign_ins')
    .set({ redeemed_at: sql<Date>`now()`, family_id: familyId })
    .where('id', '=', id)
    .execute();
}

export async function insertFederatedSession(
  tx: TenantTx,
  familyId: string,
  userId: string,
  { connection_id, issuer, protocol_subject, provider_session, acr, amr, authenticated_at }: SignInRow,
): Promise<void> {
  await tx
    .insertInto('federated_sessions')
    .values({
      family_id: familyId,
      user_id: userId,
      ...{ connection_id, issuer, protocol_subject, provider_session, acr, amr, authenticated_at },
    })
    .execute();
}

export async function endSessionsOfConnection(tx: TenantTx, connectionId: string): Promise<void> {
  await sql`update refresh_tokens set revoked_at = now() where revoked_at is null
    and family_id in (select family_id from federated_sessions where connection_id = ${connectionId})`.execute(
    tx,
  );
}

/** The sessions that a provider ends: by its own name of one, or all of a person. */
export interface EndedSessions {
  readonly connectionId: string;
  readonly session: string | null;
  readonly protocolSubject: string | null;
  readonly startedBefore: Date;
}

/** @throws DomainError `sign-in-invalid` for a token that was used before */
export async function insertUsedLogoutToken(
  tx: TenantTx,
  { connectionId, tokenSha256 }: { readonly connectionId: string; readonly tokenSha256: Buffer },
): Promise<void> {
  await tx
    .insertInto('used_logout_tokens')
    .values({ connection_id: connectionId, jti_sha256: tokenSha256 })
    .execute();
}

/** Ends sessions and returns how many lived. */
export async function endFederatedSessions(
  tx: TenantTx,
  { connectionId, session, protocolSubject, startedBefore }: EndedSessions,
): Promise<number> {
  const { rows } = await sql<{ family_id: string }>`
    update refresh_tokens set revoked_at = now()
     where revoked_at is null and family_id in (
       select family_id from federated_sessions
        where connection_id = ${connectionId} and started_at <= ${startedBefore}
          and (${session}::text is null or provider_session = ${session})
          and (${protocolSubject}::text is null or protocol_subject = ${protocolSubject}))
     returning family_id`.execute(tx);
  return new Set(rows.map(({ family_id }) => family_id)).size;
}
