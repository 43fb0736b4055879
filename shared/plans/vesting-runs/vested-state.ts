import { quantityOf, unitsOf } from '#kernel/quantity.ts';
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

/** A grant of a plan, and what has changed it since it was made. */
export interface PlanGrant {
  readonly id: string;
  readonly grant: Grant;
  /** Absent: everything vests at once. */
  readonly schedule: VestingSchedule | undefined;
  readonly accelerations: readonly Acceleration[];
  /** The day of the event that the schedule's condition names, if it is on record. */
  readonly eventOn: string | undefined;
  /** The last day on which something of it vests, though the plan goes on. */
  readonly cancelledOn: string | undefined;
}

/** The inputs from which a plan's vesting is computed. */
export interface VestingInputs {
  /** Oldest first. None: a plan of money, whose employer contributions vest. */
  readonly grants: readonly PlanGrant[];
  /** The start, schedule and accelerations of its money. */
  readonly vestingStart: string;
  /** Absent: everything vests at once. */
  readonly schedule: VestingSchedule | undefined;
  readonly accelerations: readonly Acceleration[];
  readonly terminatedOn: string | undefined;
  /** Absences after which the employee was rehired into the same plan, in order. A plan with grants has none. */
  readonly breaks: readonly ServiceBreak[];
}

/** The parts of a grant, or of all grants of a plan, at the end of a day; the rest is unvested. */
export interface Shares {
  readonly quantity: string;
  /** Shares that time has vested, and that wait for an event. */
  readonly awaiting: string;
  readonly forfeited: string;
}

/** The amount that had vested by the end of a day: shares of the grants, or a part of the employer's money. */
export interface VestedState extends Shares {
  readonly asOf: string;
  readonly fraction: Fraction;
  /** Each grant's, which add up to the plan's. */
  readonly grants: readonly (Shares & { readonly id: string })[];
}

export const AT_ONCE: VestingSchedule = { type: 'tranches', tranches: [{ after_months: 0, percent: '100' }] };
const ALL: Fraction = { numerator: 1n, denominator: 1n };

/**
 * Grants vest in shares, and what money their plan holds is the employee's. Without a grant the employer's money vests; a
 * full acceleration vests all of it.
 */
export function vestedState(inputs: VestingInputs, asOf: string): VestedState {
  const { terminatedOn } = inputs;
  const grants = inputs.grants.map((one) => ({ id: one.id, ...grantShares(one, terminatedOn, asOf) }));
  const sum = (of: keyof Shares) => quantityOf(grants.reduce((total, one) => total + unitsOf(one[of]), 0n));
  return {
    ...{ asOf, quantity: sum('quantity'), awaiting: sum('awaiting'), forfeited: sum('forfeited'), grants },
    fraction: grants.length > 0 ? ALL : moneyFraction(inputs, asOf),
  };
}

function grantShares(one: PlanGrant, terminatedOn: string | undefined, asOf: string): Shares {
  const { grant, schedule = AT_ONCE } = one;
  const changes = changesOf(one, terminatedOn);
  const quantity = vestedQuantity(grant, schedule, asOf, changes);
  const awaiting = awaitingQuantity(grant, schedule, asOf, changes);
  const hasEnded = changes.terminatedOn !== undefined && changes.terminatedOn <= asOf;
  const left = unitsOf(grant.quantity) - unitsOf(quantity) - unitsOf(awaiting);
  return { quantity, awaiting, forfeited: quantityOf(hasEnded ? left : 0n) };
}

/** An acceleration that was to come after the grant or its plan ended never came. */
export function changesOf(one: PlanGrant, terminatedOn: string | undefined): GrantChanges {
  const { accelerations, eventOn, cancelledOn } = one;
  const isCancelled =
    cancelledOn !== undefined && (terminatedOn === undefined || cancelledOn <= terminatedOn);
  const end = isCancelled ? cancelledOn : terminatedOn;
  const effective = accelerations.filter(({ date }) => end === undefined || date <= end);
  return {
    ...{ accelerations: effective, terminatedOn: end, eventOn },
    endedBy: isCancelled ? 'cancellation' : 'termination',
  };
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
