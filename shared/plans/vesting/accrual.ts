import { quantityOf, UNITS_PER_SHARE } from '#kernel/quantity.ts';
import { fractionOf, overCommon, portionOf } from './portion.ts';
import type { VestingSchedule } from './vesting-schedule.ts';

/** `count` periods in a row, each with the same weight. */
interface Run {
  readonly count: number;
  readonly weight: bigint;
}

/**
 * A schedule as periods 1 … `count`, at whose ends shares vest. A period's weight (months, or units of a percent) over
 * `totalWeight` is its part of the grant. Periods that are alike are kept as one run, so that no question about a graded
 * schedule depends on how many it has.
 */
export interface Accrual {
  readonly runs: readonly Run[];
  readonly count: number;
  readonly totalWeight: bigint;
  /** The first period whose end pays: that of the cliff, with all before it. */
  readonly firstPaid: number;
  /** Months from the vesting start to the end of the period. */
  readonly monthsAt: (period: number) => number;
  /** Returns the number of periods that have ended and paid after so many months; 0 before the cliff. */
  readonly paidAfter: (months: number) => number;
  /** Why something vests at the end of the period. */
  readonly reason: (period: number) => string;
  /** Returns the amount that had accrued by the end of the period. */
  readonly accrued: (period: number) => string;
}

export function accrualOf(schedule: VestingSchedule): Accrual {
  switch (schedule.type) {
    case 'cliff':
      return gradedAccrual(schedule.cliff_months, schedule.cliff_months, schedule.cliff_months);
    case 'graded':
      return schedule.cliff_portion === undefined
        ? gradedAccrual(schedule.total_months, schedule.cliff_months ?? 0, schedule.every_months ?? 1)
        : portionAccrual(schedule, schedule.cliff_portion);
    case 'tranches':
      return trancheAccrual(schedule.tranches);
  }
}

/** The weight of periods 1 … `periods`. */
export function weightUpTo({ runs }: Accrual, periods: number): bigint {
  let left = periods;
  let weight = 0n;
  for (const run of runs) {
    const count = Math.min(left, run.count);
    weight += BigInt(count) * run.weight;
    left -= count;
    if (left === 0) break;
  }
  return weight;
}

/** A cliff that falls inside a period divides it: the months up to the cliff have accrued and are paid with it. */
function gradedAccrual(total: number, cliff: number, every: number): Accrual {
  const runs = [...runsBetween(0, cliff, every), ...runsBetween(cliff, total, every)];
  const count = runs.reduce((sum, run) => sum + run.count, 0);
  const added = cliff % every === 0 ? 0 : 1;
  const cliffPeriod = Math.ceil(cliff / every);
  const monthsAt = (period: number) => {
    if (added === 1 && period === cliffPeriod) return cliff;
    return Math.min((added === 1 && period > cliffPeriod ? period - 1 : period) * every, total);
  };
  const accrued = (period: number) => `${monthsAt(period)} of ${total} months accrued`;
  return {
    runs,
    count,
    totalWeight: BigInt(total),
    firstPaid: Math.max(cliffPeriod, 1),
    monthsAt,
    paidAfter: (months) => {
      if (months < cliff) return 0;
      return months >= total ? count : Math.floor(months / every) + added;
    },
    reason: (period) =>
      cliff > 0 && period === cliffPeriod
        ? `cliff: ${accrued(period)}`
        : `period ${Math.ceil(monthsAt(period) / every)} of ${Math.ceil(total / every)}`,
    accrued,
  };
}

/** The cliff pays its portion, and the rest accrues by the month from the cliff on: in the same grid of periods as without a portion. */
function portionAccrual(
  { total_months: total, cliff_months: cliff = 0, every_months: every = 1 }: Graded,
  written: string,
): Accrual {
  const { numerator, denominator } = fractionOf(written);
  const months = BigInt(total - cliff);
  const rest = runsBetween(cliff, total, every);
  const runs = [
    { count: 1, weight: numerator * months },
    ...rest.map(({ count, weight }) => ({ count, weight: weight * (denominator - numerator) })),
  ];
  const count = runs.reduce((sum, run) => sum + run.count, 0);
  const before = Math.floor(cliff / every);
  const monthsAt = (period: number) =>
    period === 1 ? cliff : Math.min((before + period - 1) * every, total);
  return {
    runs,
    count,
    totalWeight: denominator * months,
    firstPaid: 1,
    monthsAt,
    paidAfter: (reached) => {
      if (reached < cliff) return 0;
      return reached >= total ? count : 1 + Math.floor(reached / every) - before;
    },
    reason: (period) =>
      period === 1
        ? `cliff: ${written}`
        : `period ${Math.ceil(monthsAt(period) / every)} of ${Math.ceil(total / every)}`,
    accrued: (period) =>
      `${written} at the cliff, and ${monthsAt(period) - cliff} of ${months} months after it`,
  };
}

/** The periods from one month to another, in a grid of `every` months that begins at month 0. */
function runsBetween(from: number, to: number, every: number): Run[] {
  const gridStart = Math.min(Math.ceil(from / every) * every, to);
  const whole = Math.floor((to - gridStart) / every);
  const runs = [
    { count: 1, weight: BigInt(gridStart - from) },
    { count: whole, weight: BigInt(every) },
    { count: 1, weight: BigInt(to - gridStart - whole * every) },
  ];
  return runs.filter((run) => run.count > 0 && run.weight > 0n);
}

type Graded = Extract<VestingSchedule, { type: 'graded' }>;
type Tranches = Extract<VestingSchedule, { type: 'tranches' }>['tranches'];

function trancheAccrual(tranches: Tranches): Accrual {
  const { numerators, denominator } = overCommon(tranches.map(portionOf));
  const runs = numerators.map((weight) => ({ count: 1, weight }));
  const count = tranches.length;
  const shown = ({ percent, fraction }: Tranches[number]) => fraction ?? `${percent} %`;
  const reason = (period: number) => {
    const tranche = tranches[period - 1];
    return `tranche ${period} of ${count}: ${tranche && shown(tranche)}`;
  };
  return {
    runs,
    count,
    totalWeight: denominator,
    firstPaid: 1,
    monthsAt: (period) => tranches[period - 1]?.after_months ?? 0,
    paidAfter: (months) => {
      const next = tranches.findIndex((tranche) => tranche.after_months > months);
      return next < 0 ? count : next;
    },
    reason,
    accrued: (period) => {
      if (period === 1) return reason(1);
      const first = tranches.slice(0, period);
      const { numerators: parts, denominator: whole } = overCommon(first.map(portionOf));
      const sum = parts.reduce((total, part) => total + part, 0n);
      const isWritten = first.every(({ percent }) => percent !== undefined);
      const written = isWritten
        ? `${quantityOf((sum * 100n * UNITS_PER_SHARE) / whole)} %`
        : `${sum}/${whole}`;
      return `tranches 1 to ${period} of ${count}: ${written}`;
    },
  };
}
