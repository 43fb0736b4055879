import { pinnedKeys, toKeySet } from '#audit/archive/audit-keys.ts';
import * as routes from '#audit/audit.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getAuditKeys, async () => toKeySet(await pinnedKeys()));
