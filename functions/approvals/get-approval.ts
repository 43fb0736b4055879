import * as routes from '#approvals/approvals.routes.ts';
import { findChangeRequest, toChangeRequest } from '#approvals/change-request.repository.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getApproval, async ({ params, tenantRead }) =>
  toChangeRequest(found(await tenantRead((read) => findChangeRequest(read, params.id)))),
);
