import { listForfeitures, toForfeiture } from '#plans/forfeitures/forfeiture.repository.ts';
import * as routes from '#plans/forfeitures/forfeitures.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listForfeitures, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listForfeitures(read, query));
  return toPage(rows, query.limit, toForfeiture, (row) => [row.id]);
});
