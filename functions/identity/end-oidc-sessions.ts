import { sha256 } from '#identity/federation/browser-binding.ts';
import { endFederatedSessions, insertUsedLogoutToken } from '#identity/federation/federation.repository.ts';
import * as routes from '#identity/federation/federation.routes.ts';
import { formFields } from '#identity/federation/form.ts';
import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.endOidcSessions,
  async ({ params, rawBody, requestId, claim, tenantTx }) => {
    const { connectionInPath } = await import('#identity/federation/connection-in-path.ts');
    const { tenant, connection } = await connectionInPath(params.connection);
    claim(async () => ({ tenantId: tenant.id, payload: { connection: connection.id } }));
    const { logout_token } = formFields(rawBody(), { maxKb: 16, required: ['logout_token'] });
    const { fieldSealer } = await import('#platform/sealing.ts');
    const { providerOf } = await import('#identity/federation/providers.ts');
    const provider = await providerOf(connection, await fieldSealer());
    const { session, protocolSubject, tokenId, issuedBefore } = await provider.verifyLogout(logout_token);
    await tenantTx(
      async (tx) => {
        await insertUsedLogoutToken(tx, { connectionId: connection.id, tokenSha256: sha256(tokenId) });
        return endFederatedSessions(tx, {
          connectionId: connection.id,
          session,
          protocolSubject,
          startedBefore: issuedBefore,
        });
      },
      {
        actor: { ...anonymousActor(tenant.id, requestId), allowSuspended: true },
        resource: () => `connections/${connection.id}`,
        payload: { by: session === null ? 'sub' : 'sid' },
      },
    );
    return undefined;
  },
);
