import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import * as routes from '#identity/sign-in-settings/sign-in-settings.routes.ts';
import { http } from '#platform/http/http.ts';

const route = routes.setSignInSettings;

export const handler = http(
  route,
  async ({ body, clientAddress, expectedVersion, principal, requestId, tenantTx }) => {
    const { requireFreshFactor } = await import('#identity/second-factor/require-fresh-factor.ts');
    await requireFreshFactor(principal);
    const { proposeSettings, toSignInSettings } = await import(
      '#identity/sign-in-settings/propose-settings.ts'
    );
    const proposer = { actorId: principal.actorId, requestId, address: clientAddress };
    return tenantTx(
      async (tx) => answerOf(await proposeSettings(tx, expectedVersion, body, proposer), toSignInSettings),
      entryOf(route.audit, () => 'settings/sign-in'),
    );
  },
);
