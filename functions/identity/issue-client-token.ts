import * as routes from '#identity/api-keys/api-keys.routes.ts';
import { clientCredentialsIn, refusedClient } from '#identity/api-keys/client-credentials.ts';
import { boundsOf, findLiveKey } from '#identity/api-keys/find-key.ts';
import { oauthAnswers } from '#identity/api-keys/oauth-answers.ts';
import { currentSigningKey } from '#identity/keys/signing-keys.ts';
import { ACCESS_TOKEN_SECONDS, signAccessToken } from '#identity/sign-in/access-token.ts';
import { isInside } from '#kernel/network.ts';
import { http } from '#platform/http/http.ts';

export const handler = oauthAnswers(
  http(routes.issueClientToken, async ({ clientAddress, headers, rawBody, requestId, tenantTx }) => {
    const { clientId, clientSecret } = clientCredentialsIn(rawBody(), headers);
    const live = await findLiveKey(clientSecret, clientAddress);
    const key = boundsOf(live ?? { routes: null, networks: null });
    if (live === undefined || live.id !== clientId.toLowerCase()) throw refusedClient();
    if (key.networks !== undefined && !isInside(key.networks, clientAddress)) throw refusedClient();
    const { id, secret_id, tenant_id, tenant_type, role } = live;
    const claims = {
      sub: id,
      sid: secret_id,
      tid: tenant_id,
      role,
      tenantType: tenant_type,
      employeeId: null,
    };
    const access_token = await signAccessToken(await currentSigningKey(), { ...claims, key });
    const actor = { tenantId: tenant_id, actorId: id, actorRole: role, sessionId: secret_id, key, requestId };
    return tenantTx(
      async () => ({ access_token, token_type: 'Bearer' as const, expires_in: ACCESS_TOKEN_SECONDS }),
      { actor, resource: () => `api-keys/${id}`, payload: {} },
    );
  }),
);
