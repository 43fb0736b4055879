import { RESOURCE_TYPES } from '#identity/scim/discovery.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.getScimResourceType, async ({ params }) =>
    found(RESOURCE_TYPES.find(({ id }) => id === params.type)),
  ),
);
