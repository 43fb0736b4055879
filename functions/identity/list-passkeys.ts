import { listPasskeys } from '#identity/second-factor/passkeys/passkey.repository.ts';
import { toPasskey } from '#identity/second-factor/passkeys/shown-passkey.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listPasskeys, async ({ principal, tenantRead }) => {
  const rows = await tenantRead((read) => listPasskeys(read, principal.actorId));
  return { data: rows.map(toPasskey) };
});
