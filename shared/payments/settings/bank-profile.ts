import type { z } from 'zod';
import type { BankHours } from '#payments/nacha/bank-days.ts';
import type { AchFileStyle } from '#payments/nacha/nacha-payments.ts';
import { DEFAULT_FILE_NAME } from './file-name.ts';
import type { BankProfile } from './payment-settings.routes.ts';

export type Profile = z.infer<typeof BankProfile>;

/** The profile of a bank that has asked for nothing: FedACH's days and deadlines, and files as Nacha's rules show them. */
export const DEFAULT_PROFILE: Profile = {
  line_ends: 'LF',
  padding: true,
  file_name: DEFAULT_FILE_NAME,
  entry_description: null,
  offset_account: null,
  non_business_days: [],
  time_zone: 'America/New_York',
  same_day_cut_off: null,
  next_day_cut_off: null,
  prenotes: false,
};

/** A profile that was set before there was one of its wishes has none of it. */
export function profileOf(row: { readonly bank_profile?: unknown } | undefined): Profile {
  const set = row?.bank_profile as Partial<Profile> | null | undefined;
  return set ? { ...DEFAULT_PROFILE, ...set } : DEFAULT_PROFILE;
}

export function styleOf({ line_ends, padding }: Profile): AchFileStyle {
  return { lineEnds: line_ends, isPadded: padding };
}

/** Minutes since midnight. */
function minuteOf(time: string | null): number | null {
  if (time === null) return null;
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

export function hoursOf(profile: Profile): BankHours {
  return {
    closedOn: profile.non_business_days,
    timeZone: profile.time_zone,
    sameDayCutOffMinute: minuteOf(profile.same_day_cut_off),
    nextDayCutOffMinute: minuteOf(profile.next_day_cut_off),
  };
}
