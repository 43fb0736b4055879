import * as routes from '#approvals/approvals.routes.ts';
import { findChangeRequest } from '#approvals/change-request.repository.ts';
import { seenBy } from '#approvals/who-decides.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getApproval, ({ params, principal, tenantRead }) =>
  tenantRead(async (read) => {
    const row = found(await findChangeRequest(read, params.id));
    return found((await seenBy(read, [row], principal)).get(row.id));
  }),
);
