import { refuseFilter, SERVICE_PROVIDER_CONFIG } from '#identity/scim/discovery.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.getScimConfig, async ({ query }) => {
    refuseFilter(query);
    return SERVICE_PROVIDER_CONFIG;
  }),
);
