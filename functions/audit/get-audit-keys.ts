import { toKeySet } from '#audit/archive/audit-keys.ts';
import { listKeys } from '#audit/archive/export.repository.ts';
import * as routes from '#audit/audit.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getAuditKeys, async ({ tenantRead }) =>
  toKeySet(await tenantRead(listKeys)),
);
