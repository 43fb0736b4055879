import { listUsers, toUser } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listUsers, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listUsers(disclosing(read), query));
  return toPage(rows, query.limit, toUser, (row) => [row.id]);
});
