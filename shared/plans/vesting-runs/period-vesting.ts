import { fromMinor } from '#kernel/money.ts';
import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import { toVestingInputs, type VestingRow } from '#plans/plan.repository.ts';
import { vestedMinor } from '#plans/vesting/vesting.ts';
import { vestedState } from './vested-state.ts';

export type { VestingRow } from '#plans/plan.repository.ts';

/** The sums that had been paid into a plan by the end of a day, in minor units. */
export interface Contributed {
  readonly employee: bigint;
  readonly employer: bigint;
}

/** The ends of a period: the day before it, and its last. */
export interface PeriodEnds<T> {
  readonly before: T;
  readonly after: T;
}

export interface PeriodVesting {
  /** `shares`, or the currency. */
  readonly unit: string;
  readonly vested_before: string;
  readonly vested_in_period: string;
  readonly vested_after: string;
  /** The part that time has vested by the end of the period, and that waits for an event. */
  readonly awaiting_event: string;
}

/** Returns what vests of a plan in a period: shares of its grants, or else contributed money. */
export function periodVesting(
  plan: VestingRow & { readonly currency: string },
  days: PeriodEnds<string>,
  contributed: PeriodEnds<Contributed>,
): PeriodVesting {
  const inputs = toVestingInputs(plan);
  const isGrant = inputs.grants.length > 0;
  const vestedBy = (day: string, { employee, employer }: Contributed): bigint => {
    const { quantity, fraction } = vestedState(inputs, day);
    return isGrant ? unitsOf(quantity) : employee + vestedMinor(employer, fraction);
  };
  const before = vestedBy(days.before, contributed.before);
  const after = vestedBy(days.after, contributed.after);
  const written = (amount: bigint) => (isGrant ? quantityOf(amount) : fromMinor(amount, plan.currency));
  return {
    unit: isGrant ? 'shares' : plan.currency,
    vested_before: written(before),
    vested_in_period: written(after - before),
    vested_after: written(after),
    awaiting_event: written(isGrant ? unitsOf(vestedState(inputs, days.after).awaiting) : 0n),
  };
}
