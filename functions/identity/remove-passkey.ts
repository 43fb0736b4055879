import { postNotice } from '#identity/notices/post-notice.ts';
import { removePasskeyOf } from '#identity/second-factor/remove-factor.ts';
import { requireOwnFactor } from '#identity/second-factor/require-own-factor.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.removePasskey, async ({ params, principal, tenantTx }) => {
  await tenantTx(
    async (tx) => {
      await requireOwnFactor(tx, principal);
      await removePasskeyOf(tx, principal.actorId, params.id);
      postNotice(tx, principal.tenantId, principal.actorId, 'second-factor-changed');
    },
    { resource: () => `passkeys/${params.id}`, payload: {} },
  );
  return undefined;
});
