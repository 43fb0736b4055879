import { findSettings } from '#payments/orders/payment-settings.repository.ts';
import { getPaymentSettings } from '#payments/orders/payment-settings.routes.ts';
import { toPaymentSettings } from '#payments/orders/payment-settings.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getPaymentSettings, async ({ tenantRead }) =>
  toPaymentSettings(await tenantRead(findSettings)),
);
