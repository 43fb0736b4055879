import { listConnections } from '#identity/connections/connection.repository.ts';
import * as routes from '#identity/connections/connections.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listConnections, async ({ query, reached, tenantRead }) => {
  const { toConnection } = await import('#identity/connections/shown-connection.http.ts');
  const rows = await tenantRead((read) => listConnections(read, query));
  return toPage(
    rows,
    query.limit,
    (row) => toConnection(row, reached),
    (row) => [row.id],
  );
});
