import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import * as routes from '#identity/connections/connections.routes.ts';
import { asRead } from '#platform/db/found.ts';
import * as environment from '#platform/environment.ts';
import { http } from '#platform/http/http.ts';

const route = routes.updateConnection;

export const handler = http(
  route,
  async ({ params, body, expectedVersion, principal, reached, requestId, tenantRead, tenantTx }) => {
    const { toConnection } = await import('#identity/connections/shown-connection.http.ts');
    const { fieldSealer } = await import('#platform/sealing.ts');
    const { proposeConnectionChange } = await import('#identity/connections/propose-connection.ts');
    const { settingsOf } = await import('#identity/connections/sent-settings.ts');
    const { findConnection } = await import('#identity/connections/connection.repository.ts');
    const current = asRead(await tenantRead((read) => findConnection(read, params.id)), expectedVersion);
    const settings = await settingsOf(current.kind, body, {
      id: params.id,
      sealer: await fieldSealer(),
      loopback: environment.outsideToLoopback(),
      now: new Date(),
    });
    const { requireFreshToLoosen } = await import('#identity/second-factor/require-fresh-factor.ts');
    const proposer = { actorId: principal.actorId, requestId };
    const { client_secret, metadata_xml, ...shown } = body;
    return tenantTx(
      async (tx) => {
        const outcome = await proposeConnectionChange(tx, { current, body, settings }, proposer);
        return answerOf(await requireFreshToLoosen(tx, principal, outcome), (row) =>
          toConnection(row, reached),
        );
      },
      {
        ...entryOf(route.audit, ({ id }) => `connections/${id}`),
        payload: {
          id: params.id,
          ...shown,
          ...(metadata_xml === undefined ? {} : { issuer: settings.issuer, sso_url: settings.sso_url }),
          ...(client_secret === undefined ? {} : { credential: 'set anew' }),
        },
      },
    );
  },
);
