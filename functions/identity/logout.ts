import { anonymousActor, endSession, tenantOfToken } from '#identity/sign-in/session.ts';
import { logout } from '#identity/sign-in/sign-in.routes.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(logout, async ({ body, requestId, tenantTx }) => {
  const tenantId = tenantOfToken(body.refresh_token);
  try {
    await tenantTx((tx) => endSession(tx, body.refresh_token), {
      actor: anonymousActor(tenantId, requestId),
      resource: (familyId) => `sessions/${familyId}`,
      payload: {},
    });
  } catch (error) {
    // Signing out of a session that is no more is done already.
    if (!(error instanceof DomainError) || error.slug !== 'invalid-refresh-token') throw error;
  }
  return undefined;
});
