import * as routes from '#approvals/approvals.routes.ts';
import { listChangeRequests } from '#approvals/change-request.repository.ts';
import { readerOf, seenBy } from '#approvals/who-decides.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { found } from '#platform/db/found.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listApprovals, ({ principal, query, tenantRead }) =>
  tenantRead(async (read) => {
    const rows = await listChangeRequests(
      disclosing(read),
      { ...query, reader: readerOf(principal) },
      sorted(routes.APPROVAL_SORTS, query),
    );
    const seen = await seenBy(read, rows, principal);
    return toSortedPage(routes.APPROVAL_SORTS, query, rows, ({ id }) => found(seen.get(id)));
  }),
);
