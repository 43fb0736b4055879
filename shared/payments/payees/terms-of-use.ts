import { findSettings } from '#payments/settings/payment-settings.repository.ts';
import { asksForPrenotes, paymentRules } from '#payments/settings/payment-settings.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { presentInstant } from '#platform/db/today.ts';

const HOUR_MS = 3_600_000;

/** The terms on which an account may be used that is approved now. */
export interface TermsOfUse {
  /** Its cooling-off ends then. */
  readonly usable_from: Date;
  /** Null where its bank isn't asked for it. */
  readonly prenote: 'WAITING' | null;
}

export async function termsOfUse(read: TenantRead): Promise<TermsOfUse> {
  const settings = await findSettings(read);
  const { coolingOffHours } = paymentRules(settings);
  return {
    usable_from: new Date((await presentInstant(read)).getTime() + coolingOffHours * HOUR_MS),
    prenote: asksForPrenotes(settings) ? 'WAITING' : null,
  };
}
