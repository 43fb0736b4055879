import { createDirectoryGroup } from '#identity/scim/provision-group.ts';
import { toScimGroup } from '#identity/scim/resources.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { located, scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.createScimGroup, ({ body, principal, requestId, tenantTx }) => {
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx(async (tx) => located(toScimGroup(await createDirectoryGroup(tx, body, proposer))), {
      resource: ({ body: made }) => `directory-groups/${made.id}`,
      payload: {},
    });
  }),
);
