import { listUsers, toUser } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listUsers, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) =>
    listUsers(disclosing(read), query, sorted(routes.USER_SORTS, query)),
  );
  return toSortedPage(routes.USER_SORTS, query, rows, toUser);
});
