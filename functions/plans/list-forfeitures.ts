import { listForfeitures, toForfeiture } from '#plans/forfeitures/forfeiture.repository.ts';
import * as routes from '#plans/forfeitures/forfeitures.routes.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listForfeitures, async ({ query, tenantRead }) => {
  const order = sorted(routes.FORFEITURE_SORTS, query);
  const rows = await tenantRead((read) => listForfeitures(read, query, order));
  return toSortedPage(routes.FORFEITURE_SORTS, query, rows, toForfeiture);
});
