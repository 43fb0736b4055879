import { listUsers as list, toUser } from '#identity/users/user.repository.ts';
import { listUsers } from '#identity/users/users.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listUsers, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toUser, (row) => [row.id]);
});
