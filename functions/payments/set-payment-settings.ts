import { setSettings } from '#payments/settings/payment-settings.repository.ts';
import * as routes from '#payments/settings/payment-settings.routes.ts';
import { newSettings, toPaymentSettings } from '#payments/settings/payment-settings.ts';
import { changed } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.setPaymentSettings, async ({ body, expectedVersion, tenantTx }) => {
  const settings = newSettings(body);
  return tenantTx(
    async (tx) =>
      toPaymentSettings(
        await changed(await setSettings(tx, expectedVersion, settings), async () => settings),
      ),
    { resource: () => 'settings/payments' },
  );
});
