import type { Acceleration, GrantChanges } from '#plans/vesting/grant-changes.ts';
import { type ServiceBreak, serviceDay } from '#plans/vesting/service-breaks.ts';
import {
  awaitingQuantity,
  type Fraction,
  type Grant,
  vestedFraction,
  vestedQuantity,
} from '#plans/vesting/vesting.ts';
import type { VestingSchedule } from '#plans/vesting/vesting-schedule.ts';

/** The inputs from which a plan's vesting is computed. */
export interface VestingInputs {
  /** Absent: a plan of money, whose employer contributions vest. */
  readonly grant: Grant | undefined;
  readonly vestingStart: string;
  /** Absent: everything vests at once. */
  readonly schedule: VestingSchedule | undefined;
  readonly accelerations: readonly Acceleration[];
  readonly terminatedOn: string | undefined;
  /** Absences after which the employee was rehired into the same plan, in order. A grant has none. */
  readonly breaks: readonly ServiceBreak[];
  /** The day of the event that the schedule's condition names, if it is on record. */
  readonly eventOn: string | undefined;
}

/** The amount that had vested by the end of a day: shares of the grant, or a part of the employer's money. */
export interface VestedState {
  readonly asOf: string;
  readonly quantity: string;
  /** Shares that time has vested, and that wait for an event. */
  readonly awaiting: string;
  readonly fraction: Fraction;
}

export const AT_ONCE: VestingSchedule = { type: 'tranches', tranches: [{ after_months: 0, percent: '100' }] };
const ALL: Fraction = { numerator: 1n, denominator: 1n };

/**
 * A grant vests in shares, and what money its plan holds is the employee's. Without a grant the employer's money vests; a
 * full acceleration vests all of it.
 */
export function vestedState(inputs: VestingInputs, asOf: string): VestedState {
  const { grant, schedule = AT_ONCE } = inputs;
  if (grant !== undefined) {
    const changes = changesOf(inputs);
    const quantity = vestedQuantity(grant, schedule, asOf, changes);
    const awaiting = awaitingQuantity(grant, schedule, asOf, changes);
    return { asOf, quantity, awaiting, fraction: ALL };
  }
  return { asOf, quantity: '0', awaiting: '0', fraction: moneyFraction(inputs, asOf) };
}

/** An acceleration that was to come after the plan ended never came. */
export function changesOf({ accelerations, terminatedOn, eventOn }: VestingInputs): GrantChanges {
  const effective = accelerations.filter(({ date }) => terminatedOn === undefined || date <= terminatedOn);
  return { accelerations: effective, terminatedOn, eventOn };
}

export function moneyFraction(inputs: VestingInputs, asOf: string): Fraction {
  const { schedule = AT_ONCE, vestingStart, accelerations, terminatedOn, breaks } = inputs;
  const day = terminatedOn !== undefined && terminatedOn < asOf ? terminatedOn : asOf;
  if (accelerations.some(({ date }) => date <= day)) return ALL;
  return vestedFraction(schedule, serviceDay(day, breaks), vestingStart);
}

/** The job may be ahead of the clock that answers requests, and what it found stands. */
export function later(a: string, b: string): string {
  return a > b ? a : b;
}
