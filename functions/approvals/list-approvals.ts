import * as routes from '#approvals/approvals.routes.ts';
import { listChangeRequests } from '#approvals/change-request.repository.ts';
import { readerOf, seenBy } from '#approvals/who-decides.ts';
import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listApprovals, ({ principal, query, tenantRead }) =>
  tenantRead(async (read) => {
    const rows = await listChangeRequests(disclosing(read), { ...query, reader: readerOf(principal) });
    const seen = await seenBy(read, rows, principal);
    return toPage(
      rows,
      query.limit,
      ({ id }) => found(seen.get(id)),
      ({ id }) => [id],
    );
  }),
);
