import { findSettings } from '#payments/settings/payment-settings.repository.ts';
import { getPaymentSettings } from '#payments/settings/payment-settings.routes.ts';
import { toPaymentSettings } from '#payments/settings/payment-settings.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getPaymentSettings, async ({ tenantRead }) =>
  toPaymentSettings(await tenantRead(findSettings)),
);
