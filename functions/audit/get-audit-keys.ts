import { getAuditKeys } from '#audit/audit.routes.ts';
import { toKeySet } from '#audit/audit-keys.ts';
import { listKeys } from '#audit/export.repository.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getAuditKeys, async ({ tenantRead }) => toKeySet(await tenantRead(listKeys)));
