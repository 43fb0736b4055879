import type { Selectable } from 'kysely';
import type { z } from 'zod';
import type { Tenants } from '#generated/database.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { TENANT_TYPES } from '#kernel/roles.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Tenant } from './tenants.routes.ts';

const COLUMNS = [
  'created_at',
  'created_by',
  'id',
  'name',
  'slug',
  'status',
  'time_zone',
  'type',
  'updated_at',
  'version',
] as const satisfies readonly (keyof Tenants)[];

/** A customer's tenant: the platform's own is neither listed nor found. */
type Customer = { type: CustomerType };
type CustomerType = (typeof TENANT_TYPES)[number];
type TenantRow = Pick<Selectable<Tenants>, (typeof COLUMNS)[number]> & Customer;

export function toTenant(row: TenantRow): z.infer<typeof Tenant> {
  const { id, slug, name, version, created_at, created_by } = row;
  return {
    id,
    slug,
    name,
    type: row.type,
    status: row.status,
    time_zone: row.time_zone,
    version,
    created_at: created_at.toISOString(),
    created_by,
  };
}

export function insertTenant(
  tx: TenantTx,
  tenant: { id: TenantId; slug: string; name: string; type: TenantRow['type']; time_zone: string },
): Promise<TenantRow> {
  return tx
    .insertInto('tenants')
    .values(tenant)
    .returning(COLUMNS)
    .$narrowType<Customer>()
    .executeTakeFirstOrThrow();
}

/** Lists all tenants by id, and so by age. It runs in the platform's context, which sees every tenant. */
export function listTenants(read: TenantRead, { limit, cursor }: PageRequest): Promise<TenantRow[]> {
  let query = read
    .selectFrom('tenants')
    .select(COLUMNS)
    .where('type', '<>', 'PLATFORM')
    .$narrowType<Customer>()
    .orderBy('id')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('id', '>', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

export function findTenant(read: TenantRead, id: string): Promise<TenantRow | undefined> {
  return read
    .selectFrom('tenants')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('type', '<>', 'PLATFORM')
    .$narrowType<Customer>()
    .executeTakeFirst();
}

/** Returns the tenant's slug and name. */
export async function getNames(read: TenantRead, id: TenantId): Promise<[slug: string, name: string]> {
  const { slug, name } = await read
    .selectFrom('tenants')
    .select(['slug', 'name'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return [slug, name];
}

/** Changes the tenant if it still has `version`. */
export function setTenant(
  tx: TenantTx,
  id: string,
  version: number,
  change: {
    name?: string | undefined;
    status?: TenantRow['status'] | undefined;
    time_zone?: string | undefined;
  },
): Promise<TenantRow | undefined> {
  return tx
    .updateTable('tenants')
    .set((eb) => ({ ...change, version: eb('version', '+', 1), updated_at: new Date() }))
    .where('id', '=', id)
    .where('version', '=', version)
    .returning(COLUMNS)
    .$narrowType<Customer>()
    .executeTakeFirst();
}
