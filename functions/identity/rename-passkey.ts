import { setPasskeyName } from '#identity/second-factor/passkeys/passkey.repository.ts';
import { toPasskey } from '#identity/second-factor/passkeys/shown-passkey.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.renamePasskey, async ({ body, params, principal, tenantTx }) =>
  toPasskey(
    await tenantTx(async (tx) => found(await setPasskeyName(tx, principal.actorId, params.id, body.name)), {
      payload: { name: body.name },
    }),
  ),
);
