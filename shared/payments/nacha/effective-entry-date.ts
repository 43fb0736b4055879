import { addDays, type Day } from '#kernel/calendar.ts';
import { type EasternTime, easternTime } from './eastern-time.ts';
import { bankingDayOnOrAfter, isBankingDay, nextBankingDay } from './federal-reserve-holidays.ts';

export type AchSpeed = 'same-day' | 'next-day';

/** A file that FedACH has before the deadline settles at the settlement time, on the same banking day. */
export interface SameDayWindow {
  readonly name: 'same-day-1' | 'same-day-2' | 'same-day-3';
  /** Minutes since midnight, Eastern. */
  readonly deadlineMinute: number;
  readonly settlementMinute: number;
  /** The company descriptive date by which an originator requests same-day settlement. */
  readonly descriptiveDate: string;
}

/** FedACH Processing Schedule: input deadlines 10:30, 14:45 and 16:45 ET; settlement 13:00, 17:00 and 18:00 ET. */
const SAME_DAY_WINDOWS: readonly SameDayWindow[] = [
  { name: 'same-day-1', deadlineMinute: 10 * 60 + 30, settlementMinute: 13 * 60, descriptiveDate: 'SD1300' },
  { name: 'same-day-2', deadlineMinute: 14 * 60 + 45, settlementMinute: 17 * 60, descriptiveDate: 'SD1700' },
  { name: 'same-day-3', deadlineMinute: 16 * 60 + 45, settlementMinute: 18 * 60, descriptiveDate: 'SD1800' },
];

/**
 * A FedACH processing day ends at 02:15 ET of the following calendar day (and begins at 03:00 ET): what comes before then
 * settles on the next banking day after it, at 08:30 ET.
 */
const NEXT_DAY_DEADLINE_MINUTE = 2 * 60 + 15;

/** Cents. A larger entry is never settled on the same day (Nacha Operating Rules, Same Day Entry, since March 18, 2022). */
export const SAME_DAY_ENTRY_LIMIT_MINOR = 100_000_000n;

export interface EffectiveEntry {
  readonly effectiveEntryDate: Day;
  readonly window: SameDayWindow['name'] | 'next-day';
  /** The batch's company descriptive date; undefined for next-day entries. */
  readonly descriptiveDate: string | undefined;
}

export interface EffectiveEntryOptions {
  /** The time before FedACH's deadlines at which the originating bank must have the file. @default 0 */
  readonly leadTimeMinutes?: number;
}

/** Whether one entry's amount, in cents, may settle on the same day. */
export function isSameDayEligible(amountMinor: bigint): boolean {
  return amountMinor <= SAME_DAY_ENTRY_LIMIT_MINOR;
}

/**
 * The effective entry date of an entry whose file is sent at this instant (UTC), and the window that it makes.
 *
 * A file that comes at the deadline itself is late. An entry that can't be settled on the same day, because it is too large or
 * the day's last window has closed, goes next-day: that settles before the first window of the following banking day.
 *
 * @throws RangeError for a text that isn't an instant in UTC
 */
export function effectiveEntryDate(
  sentAt: string,
  speed: AchSpeed,
  amountMinor: bigint,
  { leadTimeMinutes = 0 }: EffectiveEntryOptions = {},
): EffectiveEntry {
  const received = easternTime(sentAt, leadTimeMinutes);
  const sameDay = speed === 'same-day' && isSameDayEligible(amountMinor) ? sameDayEntry(received) : undefined;
  return (
    sameDay ?? {
      effectiveEntryDate: nextBankingDay(processingDay(received)),
      window: 'next-day',
      descriptiveDate: undefined,
    }
  );
}

function sameDayEntry({ day, minuteOfDay }: EasternTime): EffectiveEntry | undefined {
  const open = isBankingDay(day)
    ? SAME_DAY_WINDOWS.find(({ deadlineMinute }) => minuteOfDay < deadlineMinute)
    : SAME_DAY_WINDOWS[0];
  if (open === undefined) return undefined;
  return {
    effectiveEntryDate: bankingDayOnOrAfter(day),
    window: open.name,
    descriptiveDate: open.descriptiveDate,
  };
}

/** The banking day to which FedACH counts what it gets now; at weekends and holidays that is the following one. */
function processingDay({ day, minuteOfDay }: EasternTime): Day {
  const yesterday = addDays(day, -1);
  if (minuteOfDay < NEXT_DAY_DEADLINE_MINUTE && isBankingDay(yesterday)) return yesterday;
  return bankingDayOnOrAfter(day);
}
