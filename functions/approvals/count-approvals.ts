import * as routes from '#approvals/approvals.routes.ts';
import { countWaiting } from '#approvals/change-request.repository.ts';
import { readerOf } from '#approvals/who-decides.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.countApprovals, async ({ principal, tenantRead }) => {
  const kinds = await tenantRead((read) => countWaiting(read, readerOf(principal)));
  return {
    waiting: kinds.reduce((sum, { waiting }) => sum + waiting, 0),
    decidable: kinds.reduce((sum, { decidable }) => sum + decidable, 0),
    data: kinds.map((kind) => ({ ...kind, oldest_requested_at: kind.oldest_requested_at.toISOString() })),
  };
});
