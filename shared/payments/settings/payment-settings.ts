import type { z } from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { exponentOf, fromMinor, toMinor } from '#kernel/money.ts';
import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import type { Channel } from './channel.ts';
import type { NewSettings, Originator, SettingsRow } from './payment-settings.repository.ts';
import type { PaymentSettings, setPaymentSettings } from './payment-settings.routes.ts';

/** Units of a currency above which a second person approves, for tenants and currencies that have set nothing. */
const DEFAULT_APPROVE_ABOVE = '10000';

export interface PaymentRules {
  readonly channel: Channel;
  readonly originator: Originator | null;
  /** Minor units of a currency above which a second person approves. */
  approveAbove(currency: string): bigint;
}

export function paymentRules(row: SettingsRow | undefined): PaymentRules {
  const thresholds = (row?.approve_above ?? {}) as Record<string, string>;
  return {
    channel: channelOf(row),
    originator: (row?.ach_originator ?? null) as Originator | null,
    approveAbove: (currency) => BigInt(thresholds[currency] ?? toMinor(DEFAULT_APPROVE_ABOVE, currency)),
  };
}

/** Returns the tenant's channel. By default payments go to the bank if it takes orders by HTTP, and else into files. */
function channelOf(row: SettingsRow | undefined): Channel {
  return row?.channel ?? (bankEnvironment.hasBank() ? 'BANK' : 'NACHA_FILE');
}

export function toPaymentSettings(row: SettingsRow | undefined): z.infer<typeof PaymentSettings> {
  const thresholds = Object.entries((row?.approve_above ?? {}) as Record<string, string>);
  return {
    channel: channelOf(row),
    approve_above: thresholds
      .map(([currency, minor]) => ({ currency, amount: fromMinor(BigInt(minor), currency) }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1)),
    approve_above_default: DEFAULT_APPROVE_ABOVE,
    ach_originator: (row?.ach_originator ?? null) as Originator | null,
    version: row?.version ?? 0,
    updated_at: row?.updated_at.toISOString() ?? null,
  };
}

/** @throws DomainError `channel-unavailable`, `validation-failed` */
export function newSettings(body: z.output<(typeof setPaymentSettings)['body']>): NewSettings {
  if (body.channel === 'BANK' && !bankEnvironment.hasBank())
    throw new DomainError('channel-unavailable', 'No bank takes orders here: choose NACHA_FILE.');
  const approve_above = Object.fromEntries(
    body.approve_above.map(({ currency, amount }, index) => [
      currency,
      toMinor(amount, currency, `/approve_above/${index}/amount`).toString(),
    ]),
  );
  return { channel: body.channel ?? null, approve_above, ach_originator: body.ach_originator ?? null };
}

/** Entries of files are dollars, of at most ten digits of cents. */
const ACH_CURRENCY = 'USD';
const ACH_LIMIT_MINOR = 9_999_999_999n;

/** @throws DomainError `channel-unavailable`, `currency-mismatch` */
export function checkChannel(rules: PaymentRules, amountMinor: bigint, currency: string): void {
  exponentOf(currency);
  if (rules.channel !== 'NACHA_FILE') return;
  if (rules.originator === null)
    throw new DomainError('channel-unavailable', 'Set `ach_originator` in the payment settings first.');
  if (currency !== ACH_CURRENCY)
    throw new DomainError('currency-mismatch', `Files of payments are in ${ACH_CURRENCY}.`);
  if (amountMinor > ACH_LIMIT_MINOR)
    throw new DomainError('channel-unavailable', 'An entry of a file pays at most 99,999,999.99.');
}
