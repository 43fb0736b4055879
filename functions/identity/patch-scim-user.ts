import { changeDirectoryUser } from '#identity/scim/provision-user.ts';
import { toScimUser } from '#identity/scim/resources.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = scimAnswers(
  http(routes.patchScimUser, ({ params, body, principal, requestId, tenantTx }) => {
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx(
      async (tx) => toScimUser(await changeDirectoryUser(tx, params.id, body, 'PATCH', proposer)),
      { resource: () => `users/${params.id}`, payload: {} },
    );
  }),
);
