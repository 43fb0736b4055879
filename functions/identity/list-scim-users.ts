import { conditionOf } from '#identity/scim/filter-sql.ts';
import { pageOf, shown, toList, toScimUser } from '#identity/scim/resources.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { countDirectoryUsers, listDirectoryUsers } from '#identity/scim/scim-user.repository.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.listScimUsers, ({ query, tenantRead }) => {
    const where = conditionOf('users', query.filter);
    const page = pageOf(query);
    return tenantRead(async (read) => {
      const users = await listDirectoryUsers(disclosing(read), { ...page, where });
      const total = await countDirectoryUsers(read, where);
      return toList(
        users.map((user) => shown(toScimUser(user), query)),
        total,
        page.startIndex,
      );
    });
  }),
);
