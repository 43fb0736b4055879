import { postNotice } from '#identity/notices/post-notice.ts';
import { renewRecoveryCodes } from '#identity/second-factor/enrol-factor.ts';
import { getOwnFactor } from '#identity/second-factor/require-own-factor.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.renewRecoveryCodes, async ({ principal, tenantTx }) =>
  tenantTx(
    async (tx) => {
      await getOwnFactor(tx, principal);
      postNotice(tx, principal.tenantId, principal.actorId, 'second-factor-changed');
      return { recovery_codes: [...(await renewRecoveryCodes(tx, principal.actorId))] };
    },
    { resource: () => `users/${principal.actorId}`, payload: {} },
  ),
);
