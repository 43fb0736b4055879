import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { changeSettings } from '#payments/settings/change-settings.ts';
import * as routes from '#payments/settings/payment-settings.routes.ts';
import { newSettings, toPaymentSettings } from '#payments/settings/shown-settings.ts';
import { http } from '#platform/http/http.ts';

const route = routes.setPaymentSettings;

export const handler = http(route, async ({ body, expectedVersion, principal, requestId, tenantTx }) => {
  const { requireFreshToLoosen } = await import('#identity/second-factor/require-fresh-factor.ts');
  const settings = newSettings(body);
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => {
      const outcome = await changeSettings(tx, expectedVersion, settings, proposer);
      return answerOf(await requireFreshToLoosen(tx, principal, outcome), toPaymentSettings);
    },
    entryOf(route.audit, () => 'settings/payments'),
  );
});
