import { postNotice } from '#identity/notices/post-notice.ts';
import { removeTimeFactor } from '#identity/second-factor/remove-factor.ts';
import { getOwnFactor } from '#identity/second-factor/require-own-factor.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.removeSecondFactor, async ({ principal, tenantTx }) => {
  await tenantTx(
    async (tx) => {
      await getOwnFactor(tx, principal);
      await removeTimeFactor(tx, principal.actorId);
      postNotice(tx, principal.tenantId, principal.actorId, 'second-factor-changed');
    },
    { resource: () => `users/${principal.actorId}`, payload: {} },
  );
  return undefined;
});
