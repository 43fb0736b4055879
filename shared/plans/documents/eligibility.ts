import { addMonths } from '#kernel/calendar.ts';
import type { CensusDays } from '#plans/participants/census.ts';

export const ENTRY_DATES = ['IMMEDIATE', 'MONTHLY', 'QUARTERLY', 'SEMI_ANNUAL', 'ANNUAL'] as const;
export type EntryDates = (typeof ENTRY_DATES)[number];

/** The months of a calendar year between two entry dates, the first of which is January 1. */
const MONTHS_BETWEEN: Readonly<Record<Exclude<EntryDates, 'IMMEDIATE'>, number>> = {
  MONTHLY: 1,
  QUARTERLY: 3,
  SEMI_ANNUAL: 6,
  ANNUAL: 12,
};

/** The conditions under which an employee may enter a plan. */
export interface Eligibility {
  readonly min_age: number;
  readonly service_months: number;
  readonly entry_dates: EntryDates;
}

/**
 * Returns the first day on which an employee may enter: the first entry date at or after the day on which they have the age and the service. What isn't known of them
 * is named, where it is needed. Undefined: any day will do.
 *
 * @example
 * const days = { date_of_birth: '2004-05-17', hired_on: '2025-03-31' };
 * entryDay({ min_age: 21, service_months: 6, entry_dates: 'QUARTERLY' }, days); // → { day: '2025-10-01' }
 */
export function entryDay(
  { min_age, service_months, entry_dates }: Eligibility,
  { date_of_birth: born, hired_on: hired }: Pick<CensusDays, 'date_of_birth' | 'hired_on'>,
): { readonly day?: string; readonly unknown?: 'date_of_birth' | 'hired_on' } {
  if (min_age > 0 && born === null) return { unknown: 'date_of_birth' };
  if (service_months > 0 && hired === null) return { unknown: 'hired_on' };
  const days = [
    ...(min_age > 0 && born !== null ? [addMonths(born, 12 * min_age)] : []),
    ...(hired === null ? [] : [addMonths(hired, service_months)]),
  ];
  const eligible = days.sort().at(-1);
  return eligible === undefined ? {} : { day: firstEntry(eligible, entry_dates) };
}

function firstEntry(eligible: string, entryDates: EntryDates): string {
  if (entryDates === 'IMMEDIATE') return eligible;
  const [year = '', month = ''] = eligible.split('-');
  const between = MONTHS_BETWEEN[entryDates];
  const before = Math.floor((Number(month) - 1) / between) * between + 1;
  const entry = `${year}-${String(before).padStart(2, '0')}-01`;
  return entry === eligible ? entry : addMonths(entry, between);
}

/** Returns why an employee can't be enrolled on a day under these terms; undefined where they can. */
export function findEntryFault(
  terms: Eligibility,
  days: Pick<CensusDays, 'date_of_birth' | 'hired_on'>,
  enrolledOn: string,
): { readonly code: string; readonly message: string } | undefined {
  const { day, unknown } = entryDay(terms, days);
  if (unknown !== undefined)
    return {
      code: 'not-eligible',
      message: `needs the ${unknown} of the employee on record: the plan document asks for it`,
    };
  if (day === undefined || enrolledOn >= day) return undefined;
  return {
    code: 'not-eligible',
    message: `must not be before ${day}, on which the plan document lets them enter`,
  };
}
