import { http } from '#platform/http/http.ts';
import { changeDirectoryGroup } from './provision-group.ts';
import { changeDirectoryUser } from './provision-user.ts';
import { toScimGroup, toScimUser } from './resources.ts';
import type * as routes from './scim.routes.ts';
import { scimAnswers } from './scim-answers.http.ts';

/** Answers requests that replace a user, or change some attributes, as the route's method says. */
export function changesUser(route: typeof routes.patchScimUser | typeof routes.replaceScimUser) {
  return scimAnswers(
    http(route, ({ params, body, principal, requestId, tenantTx }) => {
      const proposer = { actorId: principal.actorId, requestId };
      return tenantTx(
        async (tx) => toScimUser(await changeDirectoryUser(tx, params.id, body, route.method, proposer)),
        { resource: () => `users/${params.id}`, payload: {} },
      );
    }),
  );
}

/** Answers requests that replace a group, or change some attributes, as the route's method says. */
export function changesGroup(route: typeof routes.patchScimGroup | typeof routes.replaceScimGroup) {
  return scimAnswers(
    http(route, ({ params, body, principal, requestId, tenantTx }) => {
      const proposer = { actorId: principal.actorId, requestId };
      return tenantTx(
        async (tx) => toScimGroup(await changeDirectoryGroup(tx, params.id, body, route.method, proposer)),
        { resource: () => `directory-groups/${params.id}`, payload: {} },
      );
    }),
  );
}
