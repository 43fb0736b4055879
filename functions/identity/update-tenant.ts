import { findTenant, setTenant, toTenant } from '#identity/tenants/tenant.repository.ts';
import * as routes from '#identity/tenants/tenants.routes.ts';
import type { TenantId } from '#kernel/ids.ts';
import { changed, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { actingOn, http } from '#platform/http/http.ts';

export const handler = http(
  routes.updateTenant,
  async ({ params, body, expectedVersion, actor, principal, tenantRead, tenantTx }) => {
    const { networks, ...change } = body;
    // Rare, so that what it needs is loaded then.
    const release = networks === null ? await releaseOf(principal) : undefined;
    found(await tenantRead((read) => findTenant(read, params.id)));
    return tenantTx(
      async (tx) => {
        const tenant = await changed(await setTenant(tx, params.id, expectedVersion, change), () =>
          findTenant(tx, params.id),
        );
        await release?.(tx);
        return toTenant(tenant);
      },
      { actor: { ...actingOn(actor, params.id as TenantId), allowSuspended: true } },
    );
  },
);

/** Returns what takes a tenant's networks away, for an operator who has just proved a second factor. */
async function releaseOf(principal: Principal): Promise<(tx: TenantTx) => Promise<void>> {
  const { requireFreshFactor } = await import('#identity/second-factor/require-fresh-factor.ts');
  await requireFreshFactor(principal);
  return (await import('#identity/sign-in-settings/sign-in-settings.repository.ts')).setNoNetworks;
}
