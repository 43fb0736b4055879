import { findHead } from '#audit/archive/export.repository.ts';
import * as routes from '#audit/audit.routes.ts';
import { verifyRange } from '#audit/verification/verify-range.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.verifyAudit, async ({ query, principal, tenantRead }) =>
  verifyRange(await tenantRead(findHead), { ...query, tenantId: principal.tenantId }, new Date()),
);
