import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { changeSettings } from '#payments/settings/change-settings.ts';
import { keptStatementAccount } from '#payments/settings/keep-statement-account.ts';
import { keptProfile } from '#payments/settings/offset-account.ts';
import * as routes from '#payments/settings/payment-settings.routes.ts';
import { newSettings, toPaymentSettings } from '#payments/settings/shown-settings.ts';
import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';

const route = routes.setPaymentSettings;

export const handler = http(route, async ({ body, expectedVersion, principal, requestId, tenantTx }) => {
  const { requireFreshToLoosen } = await import('#identity/second-factor/require-fresh-factor.ts');
  const isSealing =
    body.bank_profile?.offset_account?.account_number !== undefined ||
    body.statement_account?.account_number !== undefined;
  const sealer = isSealing ? await fieldSealer() : undefined;
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => {
      const settings = newSettings(
        body,
        await keptProfile(tx, principal.tenantId, body.bank_profile, sealer),
        await keptStatementAccount(tx, principal.tenantId, body.statement_account, sealer),
      );
      const outcome = await changeSettings(tx, expectedVersion, settings, proposer);
      return answerOf(await requireFreshToLoosen(tx, principal, outcome), toPaymentSettings);
    },
    entryOf(route.audit, () => 'settings/payments'),
  );
});
