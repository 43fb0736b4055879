import type { Day } from '#kernel/calendar.ts';
import { BankDays } from '#payments/nacha/bank-days.ts';
import {
  type AchSpeed,
  type EffectiveEntry,
  effectiveEntryDate,
  isSameDayEligible,
} from '#payments/nacha/effective-entry-date.ts';
import { hoursOf, type Profile } from '#payments/settings/bank-profile.ts';
import type { Originator } from '#payments/settings/payment-settings.repository.ts';

/** The bank gets the file from us this long before FedACH must have it from the bank. */
const LEAD_TIME_MINUTES = 25;

/** The days on which the entries of one file can be settled. The same few are asked for ten thousand times, so each is found once. */
export class EntryTimes {
  readonly #sentAt: string;
  readonly #profile: Profile;
  readonly #speed: AchSpeed;
  readonly #days: BankDays;
  readonly #soonest = new Map<boolean, EffectiveEntry>();
  readonly #open = new Map<string, Day>();

  /** @param sentAt the instant in UTC at which the file is sent */
  constructor(sentAt: string, originator: Originator, profile: Profile) {
    this.#sentAt = sentAt;
    this.#profile = profile;
    this.#speed = originator.same_day ? 'same-day' : 'next-day';
    this.#days = new BankDays(profile.non_business_days);
  }

  /** Whether an amount, in cents, may be settled on the same day is all that it decides. */
  soonest(amountMinor: bigint): EffectiveEntry {
    const isEligible = isSameDayEligible(amountMinor);
    const known =
      this.#soonest.get(isEligible) ??
      effectiveEntryDate(this.#sentAt, this.#speed, amountMinor, {
        leadTimeMinutes: LEAD_TIME_MINUTES,
        bank: hoursOf(this.#profile),
      });
    this.#soonest.set(isEligible, known);
    return known;
  }

  /** The bank’s first business day that is no earlier. */
  onOrAfter(day: string): Day {
    const known = this.#open.get(day) ?? this.#days.onOrAfter(day);
    this.#open.set(day, known);
    return known;
  }
}
