import type { TenantId } from '#kernel/ids.ts';
import type { Actor } from '#platform/db/tenant-tx.ts';

/** Returns the actor of a request that no access token authenticates, in the tenant that it is about. */
export function anonymousActor(tenantId: TenantId, requestId: string): Actor {
  return { tenantId, actorId: null, actorRole: 'ANONYMOUS', requestId };
}
