import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.addPasskey, async ({ body, principal, tenantRead, tenantTx }) => {
  const { addPasskey, verifyNew } = await import('#identity/second-factor/passkeys/add-passkey.ts');
  const made = await verifyNew(tenantRead, principal, body.credential);
  return tenantTx((tx) => addPasskey(tx, principal, body.name, made), {
    resource: ({ id }) => `passkeys/${id}`,
    payload: { name: body.name },
  });
});
