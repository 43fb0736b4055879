import * as routes from '#audit/audit.routes.ts';
import { findChainState, verifyRange } from '#audit/verification/verify-range.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.verifyAudit, async ({ query, principal, tenantRead }) =>
  verifyRange(await tenantRead(findChainState), { ...query, tenantId: principal.tenantId }, new Date()),
);
