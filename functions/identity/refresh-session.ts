import { currentSigningKey } from '#identity/keys/signing-keys.ts';
import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { claimOfToken, refreshSession, refusedToken, tenantOfToken } from '#identity/sign-in/session.ts';
import { keptAs, refreshTokenOf } from '#identity/sign-in/session-cookie.http.ts';
import * as routes from '#identity/sign-in/sign-in.routes.ts';
import { http } from '#platform/http/http.ts';
import { enteredAlready } from '#platform/http/refusal.ts';

export const handler = http(routes.refreshSession, async ({ body, headers, requestId, claim, tenantTx }) => {
  const token = refreshTokenOf(body, headers);
  const tenantId = tenantOfToken(token);
  claim(() => claimOfToken(tenantId, token));
  const sent = { token, userAgent: headers.get('user-agent')?.join() ?? '' };
  const key = await currentSigningKey();
  const refreshed = await tenantTx((tx) => refreshSession(tx, tenantId, sent, key), {
    action: (result) => ('pair' in result ? 'session.refreshed' : 'session.refresh-refused'),
    actor: anonymousActor(tenantId, requestId),
    resource: (result) => `sessions/${'pair' in result ? result.familyId : result.revokedFamilyId}`,
    payload: {},
  });
  if ('revokedFamilyId' in refreshed) throw enteredAlready(refusedToken());
  return keptAs(body.session, refreshed.pair);
});
