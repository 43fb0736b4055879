import { addDays, type Day } from '#kernel/calendar.ts';
import { BankDays, type BankHours } from './bank-days.ts';
import { EASTERN, type EasternTime, easternTime } from './eastern-time.ts';
import { zonedTime } from './zoned-time.ts';

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
  /** @default the days and deadlines of FedACH */
  readonly bank?: BankHours;
}

const FEDERAL: BankHours = {
  closedOn: [],
  timeZone: EASTERN,
  sameDayCutOffMinute: null,
  nextDayCutOffMinute: null,
};

/** Whether a batch of this descriptive date asks for settlement on the same day. */
export function asksForSameDay(descriptiveDate: string | undefined): boolean {
  return SAME_DAY_WINDOWS.some((window) => window.descriptiveDate === descriptiveDate);
}

/** Whether one entry's amount, in cents, may settle on the same day. */
export function isSameDayEligible(amountMinor: bigint): boolean {
  return amountMinor <= SAME_DAY_ENTRY_LIMIT_MINOR;
}

/**
 * The effective entry date of an entry whose file is sent at this instant (UTC), and the window that it makes.
 *
 * A file that comes at the deadline itself is late. An entry that can't be settled on the same day, because it is too large or
 * the day's last window has closed, goes next-day: that settles before the first window of the following banking day. Where the bank
 * has hours of its own, a file must make its cut-off as well as FedACH's deadline, and settles on a day on which both are open.
 *
 * @throws RangeError for a text that isn't an instant in UTC
 */
export function effectiveEntryDate(
  sentAt: string,
  speed: AchSpeed,
  amountMinor: bigint,
  { leadTimeMinutes = 0, bank = FEDERAL }: EffectiveEntryOptions = {},
): EffectiveEntry {
  const days = new BankDays(bank.closedOn);
  const received = easternTime(sentAt, leadTimeMinutes);
  const isInTime = speed === 'same-day' && !isCutOff(sentAt, bank, days);
  const sameDay = isInTime && isSameDayEligible(amountMinor) ? sameDayEntry(received, days) : undefined;
  return (
    sameDay ?? {
      effectiveEntryDate: days.after(processingDay(received, sentAt, bank, days)),
      window: 'next-day',
      descriptiveDate: undefined,
    }
  );
}

/** Whether one of the bank's own cut-offs is over, so that it settles nothing more today; on a day on which it is closed, none is. */
function isCutOff(sentAt: string, bank: BankHours, days: BankDays): boolean {
  const { day, minuteOfDay } = zonedTime(sentAt, bank.timeZone);
  const isOver = (cutOff: number | null) => cutOff !== null && minuteOfDay >= cutOff;
  return days.isOpen(day) && (isOver(bank.sameDayCutOffMinute) || isOver(bank.nextDayCutOffMinute));
}

function sameDayEntry({ day, minuteOfDay }: EasternTime, days: BankDays): EffectiveEntry | undefined {
  const open = days.isOpen(day)
    ? SAME_DAY_WINDOWS.find(({ deadlineMinute }) => minuteOfDay < deadlineMinute)
    : SAME_DAY_WINDOWS[0];
  if (open === undefined) return undefined;
  return {
    effectiveEntryDate: days.onOrAfter(day),
    window: open.name,
    descriptiveDate: open.descriptiveDate,
  };
}

/** The business day to which a file counts: the later one of FedACH's and, where the bank has a cut-off, of the bank's. */
function processingDay(received: EasternTime, sentAt: string, bank: BankHours, days: BankDays): Day {
  const fedAch = fedAchDay(received, days);
  if (bank.nextDayCutOffMinute === null) return fedAch;
  const { day, minuteOfDay } = zonedTime(sentAt, bank.timeZone);
  const isLate = days.isOpen(day) && minuteOfDay >= bank.nextDayCutOffMinute;
  const banks = isLate ? days.after(day) : days.onOrAfter(day);
  if (banks > fedAch) return banks;
  return fedAch;
}

/** The business day to which FedACH counts what it gets now; at weekends and holidays that is the following one. */
function fedAchDay({ day, minuteOfDay }: EasternTime, days: BankDays): Day {
  const yesterday = addDays(day, -1);
  if (minuteOfDay < NEXT_DAY_DEADLINE_MINUTE && days.isOpen(yesterday)) return yesterday;
  return days.onOrAfter(day);
}
