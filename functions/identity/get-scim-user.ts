import { shown, toScimUser } from '#identity/scim/resources.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { findDirectoryUser } from '#identity/scim/scim-user.repository.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.getScimUser, async ({ params, query, tenantRead }) =>
    shown(toScimUser(found(await tenantRead((read) => findDirectoryUser(read, params.id)))), query),
  ),
);
