import { findSettings } from '#disbursements/payment-settings.repository.ts';
import { getPaymentSettings } from '#disbursements/payment-settings.routes.ts';
import { toPaymentSettings } from '#disbursements/payment-settings.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getPaymentSettings, async ({ tenantRead }) =>
  toPaymentSettings(await tenantRead(findSettings)),
);
