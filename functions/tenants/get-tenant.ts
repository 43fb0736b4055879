import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { findTenant, toTenant } from '#tenants/tenant.repository.ts';
import { getTenant } from '#tenants/tenants.routes.ts';

export const handler = http(getTenant, async ({ params, tenantRead }) =>
  toTenant(found(await tenantRead((read) => findTenant(read, params.id)))),
);
