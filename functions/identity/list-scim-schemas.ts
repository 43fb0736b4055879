import { refuseFilter, SCHEMAS } from '#identity/scim/discovery.ts';
import { toList } from '#identity/scim/resources.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.listScimSchemas, async ({ query }) => {
    refuseFilter(query);
    return toList(SCHEMAS, SCHEMAS.length, 1);
  }),
);
