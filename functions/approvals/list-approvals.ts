import * as routes from '#approvals/approvals.routes.ts';
import { listChangeRequests, toChangeRequest } from '#approvals/change-request.repository.ts';
import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listApprovals, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listChangeRequests(disclosing(read), query));
  return toPage(rows, query.limit, toChangeRequest, (row) => [row.id]);
});
