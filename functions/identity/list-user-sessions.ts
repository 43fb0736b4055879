import * as routes from '#identity/account/account.routes.ts';
import { toSession } from '#identity/account/shown-session.ts';
import { listSessions } from '#identity/sign-in/session.repository.ts';
import { findUser } from '#identity/users/user.repository.ts';
import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listUserSessions, async ({ params, query, principal, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    const { id } = found(await findUser(read, params.id));
    return listSessions(disclosing(read), id, query);
  });
  return toPage(
    rows,
    query.limit,
    (row) => toSession(row, principal.sessionId),
    (row) => [row.id],
  );
});
