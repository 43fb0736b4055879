import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { endSession, tenantOfToken } from '#identity/sign-in/session.ts';
import * as routes from '#identity/sign-in/sign-in.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.logout, async ({ body, requestId, tenantTx }) => {
  await tenantTx((tx) => endSession(tx, body.refresh_token), {
    actor: anonymousActor(tenantOfToken(body.refresh_token), requestId),
    resource: (familyId) => `sessions/${familyId}`,
    payload: {},
  });
  return undefined;
});
