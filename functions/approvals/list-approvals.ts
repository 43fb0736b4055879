import * as routes from '#approvals/approvals.routes.ts';
import { listChangeRequests, toChangeRequest } from '#approvals/change-request.repository.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listApprovals, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listChangeRequests(read, query));
  return toPage(rows, query.limit, toChangeRequest, (row) => [row.id]);
});
