import { toKeySet } from '#audit/archive/audit-keys.ts';
import { listKeys } from '#audit/archive/export.repository.ts';
import { getAuditKeys } from '#audit/audit.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getAuditKeys, async ({ tenantRead }) => toKeySet(await tenantRead(listKeys)));
