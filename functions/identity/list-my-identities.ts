import * as routes from '#identity/account/account.routes.ts';
import { listIdentities } from '#identity/federation/federation.repository.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listMyIdentities, async ({ query, principal, tenantRead }) => {
  const rows = await tenantRead((read) => listIdentities(read, principal.actorId, query));
  return toPage(
    rows,
    query.limit,
    (row) => ({ ...row, linked_at: row.linked_at.toISOString() }),
    (row) => [row.id],
  );
});
