import { quantityOf } from '#kernel/quantity.ts';
import { type Accrual, accrualOf, weightUpTo } from './accrual.ts';
import { type Allocation, allocate, roundingOf, stepsUpTo } from './allocation.ts';
import { holdForEvent, isMet } from './event-condition.ts';
import { applyChanges, type GrantChanges, type Installment } from './grant-changes.ts';
import { greatestCommonDivisor } from './portion.ts';
import { monthsVested, vestingDay } from './vesting-days.ts';
import type { AllocationType, VestingSchedule } from './vesting-schedule.ts';

/** Shares granted. Dates are days as `YYYY-MM-DD`. */
export interface Grant {
  /** Shares: a plain decimal of at most 8 places. */
  readonly quantity: string;
  /** The anchor of every date of the schedule (vesting commencement date). */
  readonly vestingStart: string;
  /** Nothing vests before it; what the schedule had vested by then vests on it. */
  readonly grantDate?: string | undefined;
  /** @default 'CUMULATIVE_ROUND_DOWN' */
  readonly allocationType?: AllocationType | undefined;
}

/** Quantities are shares, as decimals without trailing zeros. */
export interface VestingEvent {
  readonly date: string;
  readonly kind: Installment['kind'];
  /**
   * The quantity that vests on the date; if the kind is FORFEITED, never will; if it is AWAITING, will with its event. All of a
   * grant's events sum to its quantity.
   */
  readonly quantity: string;
  /** All that has vested so far. */
  readonly cumulative: string;
  readonly why: string;
}

/** An exact part of something, in lowest terms. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * The shares that have vested by the end of a day, as a decimal: none before the event that the schedule's condition names. Without accelerations the effort does not depend on how
 * many periods a graded schedule has.
 *
 * @example
 * const grant = { quantity: '1000', vestingStart: '2025-01-15' };
 * const schedule = { type: 'graded', cliff_months: 6, total_months: 30 };
 * vestedQuantity(grant, schedule, '2025-07-14'); // → '0'
 * vestedQuantity(grant, schedule, '2025-07-15'); // → '200'
 * vestedQuantity(grant, schedule, '2025-08-15'); // → '233'
 * vestedQuantity(grant, schedule, '2027-07-15'); // → '1000'
 * vestedQuantity(grant, schedule, '2027-07-15', { terminatedOn: '2025-09-01' }); // → '233'
 *
 * @throws RangeError if a quantity or date is malformed: schemas check them at the door
 * @throws DomainError `validation-failed` if an acceleration can't be (see `vestingEvents`)
 */
export function vestedQuantity(
  grant: Grant,
  schedule: VestingSchedule,
  asOf: string,
  changes: GrantChanges = {},
): string {
  return isMet(schedule.condition, changes.eventOn, asOf)
    ? timeVestedQuantity(grant, schedule, asOf, changes)
    : '0';
}

/**
 * The shares that time has vested by the end of a day, and that wait for an event which has not happened by then.
 * @throws RangeError, DomainError like `vestedQuantity`
 */
export function awaitingQuantity(
  grant: Grant,
  schedule: VestingSchedule,
  asOf: string,
  changes: GrantChanges = {},
): string {
  return isMet(schedule.condition, changes.eventOn, asOf)
    ? '0'
    : timeVestedQuantity(grant, schedule, asOf, changes);
}

function timeVestedQuantity(
  grant: Grant,
  { condition: _, ...schedule }: VestingSchedule,
  asOf: string,
  changes: GrantChanges,
): string {
  if (changes.accelerations !== undefined && changes.accelerations.length > 0) {
    const vested = vestingEvents(grant, schedule, changes).findLast(({ date }) => date <= asOf);
    return vested?.cumulative ?? '0';
  }
  const { grantDate, vestingStart } = grant;
  const { terminatedOn } = changes;
  const day = terminatedOn !== undefined && terminatedOn < asOf ? terminatedOn : asOf;
  const allocation = allocationOf(grant, schedule);
  if (grantDate !== undefined && day < grantDate) return '0';
  const periods = allocation.accrual.paidAfter(monthsVested(vestingStart, day, schedule.day_of_month));
  return quantityOf(stepsUpTo(allocation, periods) * allocation.unitsPerStep);
}

/**
 * Everything that vests or is forfeited, by date, and why. Days on which nothing vests, because rounding or an
 * acceleration left nothing for them, have no event.
 *
 * @example
 * const start = '2025-01-15';
 * const schedule = { type: 'graded', total_months: 4 };
 * const quantities = (allocationType) =>
 *   vestingEvents({ quantity: '18', vestingStart: start, allocationType }, schedule).map((event) => event.quantity);
 * quantities('CUMULATIVE_ROUNDING'); // → ['5', '4', '5', '4']
 * quantities('CUMULATIVE_ROUND_DOWN'); // → ['4', '5', '4', '5']
 * quantities('FRONT_LOADED'); // → ['5', '5', '4', '4']
 * quantities('BACK_LOADED'); // → ['4', '4', '5', '5']
 * quantities('FRONT_LOADED_TO_SINGLE_TRANCHE'); // → ['6', '4', '4', '4']
 * quantities('BACK_LOADED_TO_SINGLE_TRANCHE'); // → ['4', '4', '4', '6']
 * quantities('FRACTIONAL'); // → ['4.5', '4.5', '4.5', '4.5']
 *
 * @example
 * const grant = { quantity: '1000', vestingStart: '2025-01-15' };
 * const events = vestingEvents(grant, { type: 'graded', cliff_months: 6, total_months: 30 });
 * events[0].why; // → 'cliff: 6 of 30 months accrued'
 * events[1].date; // → '2025-08-15'
 * events[1].why; // → 'period 7 of 30, rounded down'
 *
 * @throws RangeError if a quantity or date is malformed: schemas check them at the door
 * @throws DomainError `validation-failed` if an acceleration is more than is unvested on its date, is before the grant
 *   date, or is no whole number of shares where the grant vests in whole shares
 */
export function vestingEvents(
  grant: Grant,
  schedule: VestingSchedule,
  changes: GrantChanges = {},
): VestingEvent[] {
  const allocation = allocationOf(grant, schedule);
  const byTime = applyChanges(
    scheduled(grant, allocation, schedule.day_of_month),
    changes,
    allocation,
    grant.grantDate,
  );
  const { condition } = schedule;
  const installments = condition === undefined ? byTime : holdForEvent(byTime, condition, changes.eventOn);
  const shown = (steps: bigint) => quantityOf(steps * allocation.unitsPerStep);
  let vested = 0n;
  return installments
    .filter(({ steps }) => steps > 0n)
    .map(({ date, kind, steps, accelerated, why }) => {
      if (kind === 'VESTED' || kind === 'ACCELERATED') vested += steps;
      return {
        date,
        kind,
        quantity: shown(steps),
        cumulative: shown(vested),
        why: accelerated > 0n ? `${why}, less ${shown(accelerated)} accelerated` : why,
      };
    });
}

/**
 * The part of an employer's money that has vested by the end of a day. After a termination, give its date if that is
 * the earlier.
 *
 * @example
 * const schedule = { type: 'graded', cliff_months: 12, total_months: 36 };
 * vestedFraction(schedule, '2025-12-31', '2025-01-01'); // → { numerator: 0n, denominator: 1n }
 * vestedFraction(schedule, '2026-01-01', '2025-01-01'); // → { numerator: 1n, denominator: 3n }
 * vestedMinor(100_00n, vestedFraction(schedule, '2026-01-01', '2025-01-01')); // → 33_33n
 *
 * @throws RangeError if a date is malformed
 */
export function vestedFraction(schedule: VestingSchedule, asOf: string, vestingStart: string): Fraction {
  const accrual = accrualOf(schedule);
  const weight = weightUpTo(
    accrual,
    accrual.paidAfter(monthsVested(vestingStart, asOf, schedule.day_of_month)),
  );
  const divisor = greatestCommonDivisor(weight, accrual.totalWeight);
  return { numerator: weight / divisor, denominator: accrual.totalWeight / divisor };
}

/** The vested part of an amount in minor units, rounded down, so that no money vests before its time. */
export function vestedMinor(employerMinor: bigint, { numerator, denominator }: Fraction): bigint {
  const product = employerMinor * numerator;
  const quotient = product / denominator;
  return product < 0n && quotient * denominator !== product ? quotient - 1n : quotient;
}

function allocationOf({ quantity, allocationType }: Grant, schedule: VestingSchedule): Allocation {
  return allocate(quantity, allocationType ?? 'CUMULATIVE_ROUND_DOWN', accrualOf(schedule));
}

function scheduled(
  { vestingStart, grantDate }: Grant,
  allocation: Allocation,
  dayOfMonth: number | undefined,
): Installment[] {
  const dayAt = (months: number) => vestingDay(vestingStart, months, dayOfMonth);
  const { accrual } = allocation;
  const installments: Installment[] = [];
  let paid = 0;
  const pay = (date: string, periods: number, reason: string) => {
    const steps = stepsUpTo(allocation, periods) - stepsUpTo(allocation, paid);
    const why = reason + roundingOf(allocation, paid, periods);
    installments.push({ date, kind: 'VESTED', steps, accelerated: 0n, why });
    paid = periods;
  };
  const overdue = grantDate === undefined ? 0 : periodsBefore(accrual, vestingStart, grantDate, dayOfMonth);
  if (grantDate !== undefined && overdue > 0)
    pay(grantDate, overdue, `grant date: ${accrual.accrued(overdue)}`);
  for (let period = Math.max(accrual.firstPaid, paid + 1); period <= accrual.count; period += 1) {
    pay(dayAt(accrual.monthsAt(period)), period, accrual.reason(period));
  }
  return installments;
}

/** Returns the number of periods that had ended by the grant date, if any of them was due before that day, and else 0. */
function periodsBefore(
  accrual: Accrual,
  vestingStart: string,
  grantDate: string,
  dayOfMonth: number | undefined,
): number {
  const firstDue = vestingDay(vestingStart, accrual.monthsAt(accrual.firstPaid), dayOfMonth);
  return firstDue < grantDate ? accrual.paidAfter(monthsVested(vestingStart, grantDate, dayOfMonth)) : 0;
}
