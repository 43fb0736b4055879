import * as routes from '#identity/account/account.routes.ts';
import { setSessionsRevoked } from '#identity/users/user.repository.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.endMySessions, async ({ query, principal, tenantTx }) => {
  const kept = query.current === true ? undefined : principal.sessionId;
  await tenantTx((tx) => setSessionsRevoked(tx, principal.actorId, kept), {
    resource: () => `users/${principal.actorId}`,
  });
  return undefined;
});
