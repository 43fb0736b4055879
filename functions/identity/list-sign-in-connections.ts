import { listActiveConnections } from '#identity/connections/connection.repository.ts';
import * as routes from '#identity/federation/federation.routes.ts';
import { findTenantBySlug } from '#identity/sign-in/session.repository.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { http } from '#platform/http/http.ts';
import { publicUrlOf } from '#platform/http/public-url.ts';

export const handler = http(routes.listSignInConnections, async ({ query, reached }) => {
  const tenant = await findTenantBySlug(query.tenant);
  const rows = tenant === undefined ? [] : await tenantRead(tenant.id, listActiveConnections);
  return {
    data: rows.map((row) => ({
      ...row,
      start_uri: publicUrlOf(reached, routes.startSignIn, { connection: row.id }),
    })),
  };
});
