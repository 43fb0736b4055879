import { findTenant, toTenant } from '#identity/tenants/tenant.repository.ts';
import * as routes from '#identity/tenants/tenants.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getTenant, async ({ params, tenantRead }) =>
  toTenant(found(await tenantRead((read) => findTenant(read, params.id)))),
);
