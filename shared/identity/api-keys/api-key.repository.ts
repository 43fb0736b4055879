import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { Permit } from '#approvals/permit.ts';
import type { ApiKeys } from '#generated/database.ts';
import type { KeyRole } from '#kernel/roles.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { ApiKey } from './api-keys.routes.ts';

const COLUMNS = [
  'confirmed_by',
  'created_at',
  'expires_at',
  'id',
  'last_used_at',
  'last_used_from',
  'made_by',
  'name',
  'networks',
  'role',
  'routes',
  'status',
  'tenant_id',
  'updated_at',
  'version',
] as const satisfies readonly (keyof ApiKeys)[];

export type ApiKeyRow = Selectable<ApiKeys>;

export function toApiKey(row: ApiKeyRow): z.infer<typeof ApiKey> {
  const { id, name, role, routes, networks, made_by, confirmed_by, last_used_from, version } = row;
  const isExpired = row.status !== 'REVOKED' && row.expires_at <= new Date();
  return {
    ...{ id, name, role, routes, networks, made_by, confirmed_by, last_used_from, version },
    status: isExpired ? 'EXPIRED' : row.status,
    created_at: row.created_at.toISOString(),
    created_by: row.made_by,
    expires_at: row.expires_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}

export interface NewApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly routes: string[] | null;
  readonly networks: string[] | null;
  readonly expires_at: string;
  readonly made_by: string;
}

/** @throws DomainError `api-key-exists`, by the unique index of names */
export function insertApiKey(tx: TenantTx, key: NewApiKey): Promise<ApiKeyRow> {
  return tx.insertInto('api_keys').values(key).returning(COLUMNS).executeTakeFirstOrThrow();
}

export async function countApiKeys(read: TenantRead): Promise<number> {
  const { keys } = await read
    .selectFrom('api_keys')
    .select((eb) => eb.fn.countAll<bigint>().as('keys'))
    .where('status', '<>', 'REVOKED')
    .executeTakeFirstOrThrow();
  return Number(keys);
}

export function findApiKey(read: TenantRead, id: string): Promise<ApiKeyRow | undefined> {
  return read.selectFrom('api_keys').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

export function lockApiKey(tx: TenantTx, id: string): Promise<ApiKeyRow | undefined> {
  return tx.selectFrom('api_keys').select(COLUMNS).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Newest first. */
export function listApiKeys(read: TenantRead, { limit, cursor }: PageRequest): Promise<ApiKeyRow[]> {
  let query = read
    .selectFrom('api_keys')
    .select(COLUMNS)
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('id', '<', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

/** Lets a key in that waits. Undefined: it doesn't wait. */
export function setActive(tx: TenantTx, id: string, permit: Permit): Promise<ApiKeyRow | undefined> {
  return tx
    .updateTable('api_keys')
    .set((eb) => ({
      status: 'ACTIVE',
      confirmed_by: permit.confirmedBy,
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('id', '=', id)
    .where('status', '=', 'PENDING')
    .returning(COLUMNS)
    .executeTakeFirst();
}

/** Ends a key, and whatever it was. */
export function setRevoked(tx: TenantTx, id: string): Promise<ApiKeyRow> {
  return tx
    .updateTable('api_keys')
    .set((eb) => ({ status: 'REVOKED', version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

export async function insertSecret(
  tx: TenantTx,
  secret: { readonly api_key_id: string; readonly secret_sha256: Buffer; readonly issued_to: string },
): Promise<void> {
  await tx.insertInto('api_key_secrets').values(secret).execute();
}

/** Ends the secrets of a key: the newest after some hours, any other at once. */
export async function setSecretsEnding(tx: TenantTx, keyId: string, overlapHours: number): Promise<void> {
  await sql`update api_key_secrets s
    set ends_at = case when s.id = (select max(id::text)::uuid from api_key_secrets where api_key_id = ${keyId})
      then least(coalesce(s.ends_at, 'infinity'), now() + make_interval(hours => ${overlapHours})) else now() end
    where s.api_key_id = ${keyId} and (s.ends_at is null or s.ends_at > now())`.execute(tx);
}

/** Raises the version of a key whose secrets have changed. */
export function setRotated(tx: TenantTx, id: string): Promise<ApiKeyRow> {
  return tx
    .updateTable('api_keys')
    .set((eb) => ({ version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}
