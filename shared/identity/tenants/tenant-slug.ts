import type { TenantId } from '#kernel/ids.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { getNames } from './tenant.repository.ts';

/** Returns the short name of the tenant that is read for. */
export async function getSlug(read: TenantRead, id: TenantId): Promise<string> {
  const [slug] = await getNames(read, id);
  return slug;
}
