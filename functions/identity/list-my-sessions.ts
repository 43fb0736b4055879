import * as routes from '#identity/account/account.routes.ts';
import { toSession } from '#identity/account/shown-session.ts';
import { listSessions } from '#identity/sign-in/session.repository.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listMySessions, async ({ query, principal, tenantRead }) => {
  const rows = await tenantRead((read) => listSessions(read, principal.actorId, query));
  return toPage(
    rows,
    query.limit,
    (row) => toSession(row, principal.sessionId),
    (row) => [row.id],
  );
});
