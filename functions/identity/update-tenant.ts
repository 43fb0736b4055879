import { findTenant, setTenant, toTenant } from '#identity/tenants/tenant.repository.ts';
import * as routes from '#identity/tenants/tenants.routes.ts';
import type { TenantId } from '#kernel/ids.ts';
import { changed, found } from '#platform/db/found.ts';
import { actingOn, http } from '#platform/http/http.ts';

export const handler = http(
  routes.updateTenant,
  async ({ params, body, expectedVersion, actor, principal, tenantRead, tenantTx }) => {
    const { networks, ...change } = body;
    if (networks === null) {
      const { requireFreshFactor } = await import('#identity/second-factor/require-fresh-factor.ts');
      await requireFreshFactor(principal);
    }
    found(await tenantRead((read) => findTenant(read, params.id)));
    const { setNoNetworks } = await import('#identity/sign-in-settings/sign-in-settings.repository.ts');
    return tenantTx(
      async (tx) => {
        const tenant = await changed(await setTenant(tx, params.id, expectedVersion, change), () =>
          findTenant(tx, params.id),
        );
        if (networks === null) await setNoNetworks(tx);
        return toTenant(tenant);
      },
      { actor: { ...actingOn(actor, params.id as TenantId), allowSuspended: true } },
    );
  },
);
