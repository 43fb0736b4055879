import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { http } from '#platform/http/http.ts';
import { changeLimits, toRegisterSettings } from '#register/limits/change-limits.ts';
import * as routes from '#register/limits/register-settings.routes.ts';

const route = routes.setRegisterSettings;

export const handler = http(route, async ({ body, expectedVersion, principal, requestId, tenantTx }) => {
  const { requireFreshToLoosen } = await import('#identity/second-factor/require-fresh-factor.ts');
  const { by_hand_percent = null, by_file_percent = null, withholding = null } = body;
  const settings = { by_hand_percent, by_file_percent, withholding };
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => {
      const outcome = await changeLimits(tx, expectedVersion, settings, proposer);
      return answerOf(await requireFreshToLoosen(tx, principal, outcome), toRegisterSettings);
    },
    entryOf(route.audit, () => 'settings/register'),
  );
});
