import { findSettings } from '#payments/settings/payment-settings.repository.ts';
import * as routes from '#payments/settings/payment-settings.routes.ts';
import { toPaymentSettings } from '#payments/settings/shown-settings.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getPaymentSettings, async ({ tenantRead }) =>
  toPaymentSettings(await tenantRead(findSettings)),
);
