import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { TenantLinks } from '#generated/database.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { TenantLink } from './tenant-links.routes.ts';

const COLUMNS = [
  'created_at',
  'created_by',
  'id',
  'revoked_at',
  'sponsor_slug',
  'sponsor_tenant_id',
  'tenant_id',
  'version',
] as const satisfies readonly (keyof TenantLinks)[];

type TenantLinkRow = Selectable<TenantLinks>;

export function toTenantLink(row: TenantLinkRow): z.input<typeof TenantLink> {
  return {
    id: row.id,
    tenant_id: row.tenant_id,
    sponsor: row.sponsor_slug,
    status: row.revoked_at === null ? 'ACTIVE' : 'REVOKED',
    revoked_at: row.revoked_at?.toISOString() ?? null,
    version: row.version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}

/** An active sponsor of the platform, which no tenant's context shows. */
export async function findSponsorId(tx: TenantTx, slug: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from find_tenant_by_slug(${slug}) where type = 'SPONSOR' and status = 'ACTIVE'`.execute(tx);
  return rows[0]?.id;
}

/** @throws DomainError `tenant-link-exists` when there is an active one (a unique index) */
export function insertTenantLink(
  tx: TenantTx,
  link: { sponsor_tenant_id: string; sponsor_slug: string },
): Promise<TenantLinkRow> {
  return tx.insertInto('tenant_links').values(link).returning(COLUMNS).executeTakeFirstOrThrow();
}

export function findTenantLink(read: TenantRead, id: string): Promise<TenantLinkRow | undefined> {
  return read.selectFrom('tenant_links').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

export function listTenantLinks(read: TenantRead, { limit, cursor }: PageRequest): Promise<TenantLinkRow[]> {
  let query = read
    .selectFrom('tenant_links')
    .select(COLUMNS)
    .orderBy('id')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('id', '>', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

export function lockTenantLink(tx: TenantTx, id: string): Promise<TenantLinkRow | undefined> {
  return tx.selectFrom('tenant_links').select(COLUMNS).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** A revoked link keeps the instant at which it was first revoked. */
export function setRevoked(tx: TenantTx, id: string): Promise<TenantLinkRow> {
  return tx
    .updateTable('tenant_links')
    .set((eb) => ({ revoked_at: sql<Date>`coalesce(revoked_at, now())`, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}
