import { deleteDirectoryGroup } from '#identity/scim/provision-group.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.deleteScimGroup, async ({ params, principal, requestId, tenantTx }) => {
    const proposer = { actorId: principal.actorId, requestId };
    await tenantTx((tx) => deleteDirectoryGroup(tx, params.id, proposer), {
      resource: () => `directory-groups/${params.id}`,
      payload: {},
    });
    return undefined;
  }),
);
