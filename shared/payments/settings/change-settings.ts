import {
  type ControlledSettings,
  changeControlled,
  effectsOfSettings,
} from '#approvals/controlled-settings.ts';
import type { Proposer, Waiting } from '#approvals/propose-change.ts';
import { dropPrenotes } from '#payments/payees/prenote.repository.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import {
  findSettings,
  type NewSettings,
  type SettingsRow,
  setSettings,
} from './payment-settings.repository.ts';
import { asksForPrenotes } from './payment-settings.ts';
import { loosens, toPaymentSettings } from './shown-settings.ts';

const paymentSettings: ControlledSettings<NewSettings, SettingsRow> = {
  kind: 'payment-settings',
  name: 'payments',
  find: findSettings,
  write: async (tx, version, settings, _permit) => {
    const written = await setSettings(tx, version, settings);
    // Accounts don't wait for what nobody sends any more.
    if (written !== undefined && !asksForPrenotes(written)) await dropPrenotes(tx);
    return written;
  },
  // The version and its time are no part of the change.
  shown: (settings) => {
    const { version: _, updated_at: __, ...shown } = toPaymentSettings(settings);
    return shown;
  },
  loosens,
};

/**
 * Changes how the tenant pays.
 * @throws DomainError `precondition-failed`, `change-pending`
 */
export function changeSettings(
  tx: TenantTx,
  version: number,
  settings: NewSettings,
  proposer: Proposer,
): Promise<SettingsRow | Waiting> {
  return changeControlled(paymentSettings, tx, version, settings, proposer);
}

export const settingsEffects = effectsOfSettings(paymentSettings);
