import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import * as routes from '#identity/connections/connections.routes.ts';
import { identityEnvironment } from '#identity/identity-environment.ts';
import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';

const route = routes.createConnection;

export const handler = http(route, async ({ body, principal, requestId, tenantTx }) => {
  const { proposeConnection, requireIssuer } = await import('#identity/connections/propose-connection.ts');
  await requireIssuer(body.issuer, identityEnvironment.providersToLoopback());
  const sealer = await fieldSealer();
  const proposer = { actorId: principal.actorId, requestId };
  const { kind, name, issuer, role_map } = body;
  return tenantTx(async (tx) => answerOf(await proposeConnection(tx, body, proposer, sealer), never), {
    ...entryOf(route.audit, () => 'connections'),
    payload: { kind, name, issuer, role_map },
  });
});

/** Nothing is created at once. */
function never(made: never): never {
  return made;
}
