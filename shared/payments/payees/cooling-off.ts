import { findSettings } from '#payments/settings/payment-settings.repository.ts';
import { paymentRules } from '#payments/settings/payment-settings.ts';
import { now } from '#platform/clock.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

const HOUR_MS = 3_600_000;

/** Returns the instant from which an account may be used that is approved now. */
export async function coolingOffEnd(read: TenantRead): Promise<Date> {
  const { coolingOffHours } = paymentRules(await findSettings(read));
  return new Date(now().getTime() + coolingOffHours * HOUR_MS);
}
