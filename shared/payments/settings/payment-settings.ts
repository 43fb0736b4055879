import { DomainError } from '#kernel/domain-error.ts';
import { exponentOf, toMinor } from '#kernel/money.ts';
import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import { checkAccountCurrency } from '#payments/payees/account-currency.ts';
import type { Profile } from './bank-profile.ts';
import type { Channel } from './channel.ts';
import type { NewSettings, Originator, SettingsRow } from './payment-settings.repository.ts';

/** Units of a currency above which a second person approves, for tenants and currencies that have set nothing. */
export const DEFAULT_APPROVE_ABOVE = '10000';

/** Hours for which a new bank account waits after its approval, for tenants that have set nothing. */
export const DEFAULT_COOLING_OFF_HOURS = 24;

export type Settings = Pick<
  SettingsRow,
  | 'channel'
  | 'approve_above'
  | 'ach_originator'
  | 'cooling_off_hours'
  | 'bank_profile'
  | 'offset_number_sealed'
  | 'statement_account'
  | 'statement_number_sealed'
>;

export interface PaymentRules {
  readonly channel: Channel;
  readonly originator: Originator | null;
  readonly coolingOffHours: number;
  /** Minor units of a currency above which a second person approves. */
  approveAbove(currency: string): bigint;
}

export function paymentRules(row: Settings | NewSettings | undefined): PaymentRules {
  const thresholds = (row?.approve_above ?? {}) as Record<string, string>;
  return {
    channel: channelOf(row),
    originator: (row?.ach_originator ?? null) as Originator | null,
    coolingOffHours: row?.cooling_off_hours ?? DEFAULT_COOLING_OFF_HOURS,
    approveAbove: (currency) => BigInt(thresholds[currency] ?? toMinor(DEFAULT_APPROVE_ABOVE, currency)),
  };
}

/** Returns the tenant's channel. By default payments go to the bank if it takes orders by HTTP, and else into files. */
export function channelOf(row: Pick<Settings, 'channel'> | undefined): Channel {
  return row?.channel ?? (bankEnvironment.hasBank() ? 'BANK' : 'NACHA_FILE');
}

/** Whether accounts that are new wait for a prenote: it goes by file, so a tenant that pays otherwise sends none. */
export function asksForPrenotes(row: Settings | NewSettings | undefined): boolean {
  const profile = row?.bank_profile as Partial<Profile> | null | undefined;
  return profile?.prenotes === true && row?.ach_originator != null && channelOf(row) === 'NACHA_FILE';
}

/** The amount of an entry of a file has ten digits, of cents. */
const ACH_LIMIT_MINOR = 9_999_999_999n;

/** @throws DomainError `channel-unavailable`, `currency-mismatch` */
export function checkChannel(rules: PaymentRules, amountMinor: bigint, currency: string): void {
  exponentOf(currency);
  checkAccountCurrency(currency);
  if (rules.channel !== 'NACHA_FILE') return;
  if (rules.originator === null)
    throw new DomainError('channel-unavailable', 'Set `ach_originator` in the payment settings first.');
  if (amountMinor > ACH_LIMIT_MINOR)
    throw new DomainError('channel-unavailable', 'An entry of a file pays at most 99,999,999.99.');
}
