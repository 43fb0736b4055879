import * as routes from '#identity/connections/connections.routes.ts';
import { asRead } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { publicUrlOf } from '#platform/http/public-url.ts';

export const handler = http(
  routes.testConnection,
  async ({ params: { id }, expectedVersion, principal, reached, tenantTx }) => {
    const { fieldSealer } = await import('#platform/sealing.ts');
    const { sealTicket } = await import('#identity/federation/browser-binding.ts');
    const { lockConnection } = await import('#identity/connections/connection.repository.ts');
    const { SIGN_IN_SECONDS, startSignIn } = await import('#identity/federation/federation.routes.ts');
    const sealer = await fieldSealer();
    const { version } = await tenantTx(async (tx) => asRead(await lockConnection(tx, id), expectedVersion), {
      resource: () => `connections/${id}`,
      payload: {},
    });
    const expiresAtMs = Date.now() + SIGN_IN_SECONDS * 1000;
    const ticket = sealTicket({ connectionId: id, startedBy: principal.actorId, expiresAtMs }, sealer);
    return {
      start_uri: `${publicUrlOf(reached, startSignIn, { connection: id })}?ticket=${ticket}`,
      expires_at: new Date(expiresAtMs).toISOString(),
      version,
    };
  },
);
