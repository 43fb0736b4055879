import { searchRequests, toLoggedRequest } from '#audit/requests/request-log.repository.ts';
import { listRequests } from '#audit/requests/requests.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listRequests, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => searchRequests(read, query));
  return toPage(rows, query.limit, toLoggedRequest, (row) => [row.id]);
});
