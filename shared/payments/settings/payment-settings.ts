import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { exponentOf, fromMinor, toMinor } from '#kernel/money.ts';
import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import type { Channel } from './channel.ts';
import type { NewSettings, Originator, SettingsRow } from './payment-settings.repository.ts';
import type { PaymentSettings, setPaymentSettings } from './payment-settings.routes.ts';

/** Units of a currency above which a second person approves, for tenants and currencies that have set nothing. */
const DEFAULT_APPROVE_ABOVE = '10000';

/** Hours for which a new bank account waits after its approval, for tenants that have set nothing. */
const DEFAULT_COOLING_OFF_HOURS = 24;

type Settings = Pick<SettingsRow, 'channel' | 'approve_above' | 'ach_originator' | 'cooling_off_hours'>;

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
function channelOf(row: Pick<Settings, 'channel'> | undefined): Channel {
  return row?.channel ?? (bankEnvironment.hasBank() ? 'BANK' : 'NACHA_FILE');
}

/** Tells whether settings let something pass that the current ones would stop, or send payments another way. */
export function loosens(current: SettingsRow | undefined, next: NewSettings): boolean {
  const before = paymentRules(current);
  const after = paymentRules(next);
  const currencies = new Set([
    ...Object.keys((current?.approve_above ?? {}) as Record<string, string>),
    ...Object.keys(next.approve_above),
  ]);
  return (
    [...currencies].some((currency) => after.approveAbove(currency) > before.approveAbove(currency)) ||
    after.channel !== before.channel ||
    !isDeepStrictEqual(after.originator, before.originator) ||
    after.coolingOffHours < before.coolingOffHours
  );
}

export function toPaymentSettings(
  row: ((Settings | NewSettings) & Partial<Pick<SettingsRow, 'version' | 'updated_at'>>) | undefined,
): z.infer<typeof PaymentSettings> {
  const thresholds = Object.entries((row?.approve_above ?? {}) as Record<string, string>);
  return {
    channel: channelOf(row),
    approve_above: thresholds
      .map(([currency, minor]) => ({ currency, amount: fromMinor(BigInt(minor), currency) }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1)),
    approve_above_default: DEFAULT_APPROVE_ABOVE,
    ach_originator: (row?.ach_originator ?? null) as Originator | null,
    cooling_off_hours: row?.cooling_off_hours ?? DEFAULT_COOLING_OFF_HOURS,
    version: row?.version ?? 0,
    updated_at: row?.updated_at?.toISOString() ?? null,
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
  return {
    channel: body.channel ?? null,
    approve_above,
    ach_originator: body.ach_originator ?? null,
    cooling_off_hours: body.cooling_off_hours ?? null,
  };
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
