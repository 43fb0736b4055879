import { findTenant, setTenant, toTenant } from '#identity/tenants/tenant.repository.ts';
import * as routes from '#identity/tenants/tenants.routes.ts';
import type { TenantId } from '#kernel/ids.ts';
import { changed, found } from '#platform/db/found.ts';
import { actingOn, http } from '#platform/http/http.ts';

export const handler = http(
  routes.updateTenant,
  async ({ params, body, expectedVersion, actor, tenantRead, tenantTx }) => {
    found(await tenantRead((read) => findTenant(read, params.id)));
    return tenantTx(
      async (tx) =>
        toTenant(
          await changed(await setTenant(tx, params.id, expectedVersion, body), () =>
            findTenant(tx, params.id),
          ),
        ),
      { actor: { ...actingOn(actor, params.id as TenantId), allowSuspended: true } },
    );
  },
);
