import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import * as routes from '#identity/connections/connections.routes.ts';
import { identityEnvironment } from '#identity/identity-environment.ts';
import { http } from '#platform/http/http.ts';

const route = routes.updateConnection;

export const handler = http(
  route,
  async ({ params, body, expectedVersion, principal, reached, requestId, tenantTx }) => {
    const { toConnection } = await import('#identity/connections/shown-connection.http.ts');
    const { fieldSealer } = await import('#platform/sealing.ts');
    const { proposeConnectionChange, requireIssuer } = await import(
      '#identity/connections/propose-connection.ts'
    );
    await requireIssuer(body.issuer, identityEnvironment.providersToLoopback());
    const sealer = await fieldSealer();
    const proposal = { id: params.id, version: expectedVersion, body };
    const proposer = { actorId: principal.actorId, requestId };
    const { client_secret, ...shown } = body;
    return tenantTx(
      async (tx) =>
        answerOf(await proposeConnectionChange(tx, proposal, proposer, sealer), (row) =>
          toConnection(row, reached),
        ),
      {
        ...entryOf(route.audit, ({ id }) => `connections/${id}`),
        payload: {
          id: params.id,
          ...shown,
          ...(client_secret === undefined ? {} : { credential: 'set anew' }),
        },
      },
    );
  },
);
