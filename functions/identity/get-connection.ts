import { findConnection } from '#identity/connections/connection.repository.ts';
import * as routes from '#identity/connections/connections.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getConnection, async ({ params, reached, tenantRead }) => {
  const { toConnection } = await import('#identity/connections/shown-connection.http.ts');
  const row = found(await tenantRead((read) => findConnection(read, params.id)));
  return toConnection(row, reached);
});
