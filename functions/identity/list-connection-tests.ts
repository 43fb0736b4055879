import { findConnection, listTests, toConnectionTest } from '#identity/connections/connection.repository.ts';
import * as routes from '#identity/connections/connections.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listConnectionTests, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    found(await findConnection(read, params.id));
    return listTests(read, params.id, query);
  });
  return toPage(rows, query.limit, toConnectionTest, (row) => [row.id]);
});
