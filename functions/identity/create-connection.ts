import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import * as routes from '#identity/connections/connections.routes.ts';
import { uuidV7 } from '#kernel/ids.ts';
import * as environment from '#platform/environment.ts';
import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';

const route = routes.createConnection;

export const handler = http(route, async ({ body, principal, requestId, tenantTx }) => {
  const { proposeConnection } = await import('#identity/connections/propose-connection.ts');
  const { settingsOfNew } = await import('#identity/connections/sent-settings.ts');
  const id = uuidV7();
  const { kind, name, role_map } = body;
  const settings = await settingsOfNew(body, {
    id,
    sealer: await fieldSealer(),
    loopback: environment.outsideToLoopback(),
    now: new Date(),
  });
  const { requireFreshToLoosen } = await import('#identity/second-factor/require-fresh-factor.ts');
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => {
      const outcome = await proposeConnection(tx, { id, kind, settings }, proposer);
      return answerOf(await requireFreshToLoosen<never>(tx, principal, outcome), never);
    },
    {
      ...entryOf(route.audit, () => 'connections'),
      payload: { kind, name, issuer: settings.issuer, role_map },
    },
  );
});

/** Nothing is created at once. */
function never(made: never): never {
  return made;
}
