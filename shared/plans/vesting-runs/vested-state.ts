import type { Acceleration, GrantChanges } from '#plans/vesting/grant-changes.ts';
import { calendarDay, type ServiceBreak, serviceDay } from '#plans/vesting/service-breaks.ts';
import {
  type Fraction,
  type Grant,
  type VestingEvent,
  vestedFraction,
  vestedMinor,
  vestedQuantity,
  vestingEvents,
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
}

/** The amount that had vested by the end of a day: shares of the grant, or a part of the employer's money. */
export interface VestedState {
  readonly asOf: string;
  readonly quantity: string;
  readonly fraction: Fraction;
}

const AT_ONCE: VestingSchedule = { type: 'tranches', tranches: [{ after_months: 0, percent: '100' }] };
const ALL: Fraction = { numerator: 1n, denominator: 1n };

/**
 * A grant vests in shares, and what money its plan holds is the employee's. Without a grant the employer's money vests; a
 * full acceleration vests all of it.
 */
export function vestedState(inputs: VestingInputs, asOf: string): VestedState {
  const { grant, schedule = AT_ONCE } = inputs;
  if (grant !== undefined) {
    const quantity = vestedQuantity(grant, schedule, asOf, changesOf(inputs));
    return { asOf, quantity, fraction: ALL };
  }
  return { asOf, quantity: '0', fraction: moneyFraction(inputs, asOf) };
}

/** An acceleration that was to come after the plan ended never came. */
function changesOf({ accelerations, terminatedOn }: VestingInputs): GrantChanges {
  const effective = accelerations.filter(({ date }) => terminatedOn === undefined || date <= terminatedOn);
  return { accelerations: effective, terminatedOn };
}

function moneyFraction(inputs: VestingInputs, asOf: string): Fraction {
  const { schedule = AT_ONCE, vestingStart, accelerations, terminatedOn, breaks } = inputs;
  const day = terminatedOn !== undefined && terminatedOn < asOf ? terminatedOn : asOf;
  if (accelerations.some(({ date }) => date <= day)) return ALL;
  return vestedFraction(schedule, serviceDay(day, breaks), vestingStart);
}

/** The events of a grant, with its accelerations and its termination. */
export function grantEvents(grant: Grant, inputs: VestingInputs): VestingEvent[] {
  return vestingEvents(grant, inputs.schedule ?? AT_ONCE, changesOf(inputs));
}

/** One event of the employer's money, in minor units. */
export interface MoneyEvent {
  readonly date: string;
  readonly kind: VestingEvent['kind'];
  readonly amount: bigint;
  readonly cumulative: bigint;
  readonly why: string;
}

/** A hundred shares that vest as the money does: their events give the dates and the reasons. */
const PERCENT = { quantity: '100', allocationType: 'FRACTIONAL' } as const;

/**
 * When an employer's contributions vest; each amount is what the vested part grows by, rounded down to the minor unit. What has not vested by the end of a
 * plan is held, and forfeited later: that is no event of its schedule.
 */
export function moneyEvents(inputs: VestingInputs, employerMinor: bigint): MoneyEvent[] {
  const { breaks, terminatedOn } = inputs;
  const served = (date: string) => serviceDay(date, breaks);
  const shape = { ...PERCENT, vestingStart: inputs.vestingStart };
  const full = inputs.accelerations.map(({ date }) => ({ date: served(date), full: true }) as const);
  const ended = terminatedOn === undefined ? undefined : served(terminatedOn);
  let vested = 0n;
  return grantEvents(shape, { ...inputs, accelerations: full, terminatedOn: ended })
    .filter(({ kind }) => kind !== 'FORFEITED')
    .map(({ date: day, kind, why }) => {
      const date = calendarDay(day, breaks);
      const before = vested;
      vested = vestedMinor(employerMinor, moneyFraction(inputs, date));
      return { date, kind, amount: vested - before, cumulative: vested, why };
    });
}

/** The job may be ahead of the clock that answers requests, and what it found stands. */
export function later(a: string, b: string): string {
  return a > b ? a : b;
}
