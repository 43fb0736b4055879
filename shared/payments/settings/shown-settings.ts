import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { fromMinor, toMinor } from '#kernel/money.ts';
import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import { profileOf } from './bank-profile.ts';
import type { KeptProfile } from './offset-account.ts';
import type { NewSettings, Originator, SettingsRow } from './payment-settings.repository.ts';
import type { PaymentSettings, setPaymentSettings } from './payment-settings.routes.ts';
import {
  channelOf,
  DEFAULT_APPROVE_ABOVE,
  DEFAULT_COOLING_OFF_HOURS,
  paymentRules,
  type Settings,
} from './payment-settings.ts';
import { type KeptAccount, shownAccount } from './statement-account.ts';

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
    !isDeepStrictEqual(profileOf(next), profileOf(current)) ||
    (next.offset_number_sealed ?? null) !== (current?.offset_number_sealed ?? null) ||
    // Two people say with which account the ledger is compared.
    (next.statement_number_sealed ?? null) !== (current?.statement_number_sealed ?? null) ||
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
    bank_profile: profileOf(row),
    statement_account: shownAccount(row),
    version: row?.version ?? 0,
    updated_at: row?.updated_at?.toISOString() ?? null,
  };
}

/** @throws DomainError `channel-unavailable`, `validation-failed` */
export function newSettings(
  body: z.output<(typeof setPaymentSettings)['body']>,
  profile: KeptProfile,
  statements: KeptAccount,
): NewSettings {
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
    ...profile,
    ...statements,
  };
}
