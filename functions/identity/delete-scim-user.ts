import { deleteDirectoryUser } from '#identity/scim/provision-user.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.deleteScimUser, async ({ params, principal, requestId, tenantTx }) => {
    const proposer = { actorId: principal.actorId, requestId };
    await tenantTx((tx) => deleteDirectoryUser(tx, params.id, proposer), {
      resource: () => `users/${params.id}`,
      payload: {},
    });
    return undefined;
  }),
);
