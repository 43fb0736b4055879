import { shown, toScimGroup, wantsMembers } from '#identity/scim/resources.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { findGroup } from '#identity/scim/scim-group.repository.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.getScimGroup, async ({ params, query, tenantRead }) => {
    const hasMembers = wantsMembers(query);
    const group = found(await tenantRead((read) => findGroup(read, params.id, hasMembers)));
    return shown(toScimGroup(group, hasMembers), query);
  }),
);
