import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { requireFreshFactor } from '#identity/second-factor/require-fresh-factor.ts';
import { proposeSettings } from '#identity/sign-in-settings/propose-settings.ts';
import * as routes from '#identity/sign-in-settings/sign-in-settings.routes.ts';
import { http } from '#platform/http/http.ts';

const route = routes.setSignInSettings;

export const handler = http(route, async ({ body, expectedVersion, principal, requestId, tenantTx }) => {
  await requireFreshFactor(principal);
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => answerOf(await proposeSettings(tx, expectedVersion, body, proposer), never),
    entryOf(route.audit, () => 'settings/sign-in'),
  );
});

/** Nothing is changed at once. */
function never(made: never): never {
  return made;
}
