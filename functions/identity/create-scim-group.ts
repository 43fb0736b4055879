import { createDirectoryGroup } from '#identity/scim/provision-group.ts';
import { toScimGroup } from '#identity/scim/resources.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.createScimGroup, ({ body, principal, requestId, tenantTx }) => {
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx(async (tx) => toScimGroup(await createDirectoryGroup(tx, body, proposer)), {
      resource: (made) => `directory-groups/${made.id}`,
      payload: {},
    });
  }),
);
