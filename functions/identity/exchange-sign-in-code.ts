import * as routes from '#identity/federation/federation.routes.ts';
import { tenantOfCode, usedCode } from '#identity/federation/sign-in-code.ts';
import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { http } from '#platform/http/http.ts';
import { enteredAlready } from '#platform/http/refusal.ts';

export const handler = http(
  routes.exchangeSignInCode,
  async ({ body, headers, requestId, claim, tenantTx }) => {
    const tenantId = tenantOfCode(body.code);
    claim(async () => ({ tenantId, payload: {} }));
    const { currentSigningKey } = await import('#identity/keys/signing-keys.ts');
    const { redeemCode } = await import('#identity/federation/redeem-code.ts');
    const key = await currentSigningKey();
    const redeemed = await tenantTx((tx) => redeemCode(tx, tenantId, body, key), {
      action: (result) => {
        if ('endedFamilyId' in result) return 'session.refresh-refused';
        return 'mfa_required' in result.pair ? 'login.challenged' : 'login.succeeded';
      },
      actor: anonymousActor(tenantId, requestId),
      resource: (result) =>
        'pair' in result ? `users/${result.userId}` : `sessions/${result.endedFamilyId}`,
      payload: {},
    });
    if ('endedFamilyId' in redeemed) throw enteredAlready(usedCode());
    const { keptInstead } = await import('#identity/sign-in/session-cookie.http.ts');
    return keptInstead({ body, headers, requestId }, redeemed.pair);
  },
);
