import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { endSession, tenantOfToken } from '#identity/sign-in/session.ts';
import { ENDED_COOKIE, refreshTokenOf } from '#identity/sign-in/session-cookie.http.ts';
import * as routes from '#identity/sign-in/sign-in.routes.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.logout, async ({ body, headers, requestId, tenantTx }) => {
  const token = refreshTokenOf(body, headers);
  await tenantTx((tx) => endSession(tx, token), {
    actor: anonymousActor(tenantOfToken(token), requestId),
    resource: (familyId) => `sessions/${familyId}`,
    payload: {},
  });
  return reply(undefined, body.session === undefined ? {} : { headers: { 'set-cookie': ENDED_COOKIE } });
});
