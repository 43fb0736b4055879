import { toPage } from '#platform/http/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listUsers as list, toUser } from '#users/user.repository.ts';
import { listUsers } from '#users/users.routes.ts';

export const handler = http(listUsers, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toUser, (row) => [row.id]);
});
