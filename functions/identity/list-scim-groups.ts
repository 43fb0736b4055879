import { conditionOf } from '#identity/scim/filter-sql.ts';
import { pageOf, shown, toList, toScimGroup, wantsMembers } from '#identity/scim/resources.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { countGroups, listGroups } from '#identity/scim/scim-group.repository.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.listScimGroups, ({ query, tenantRead }) => {
    const where = conditionOf('groups', query.filter);
    const page = pageOf(query);
    const hasMembers = wantsMembers(query);
    return tenantRead(async (read) => {
      const groups = await listGroups(disclosing(read), { ...page, where }, hasMembers);
      const total = await countGroups(read, where);
      return toList(
        groups.map((group) => shown(toScimGroup(group, hasMembers), query)),
        total,
        page.startIndex,
      );
    });
  }),
);
