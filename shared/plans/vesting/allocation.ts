import { quantityOf, UNITS_PER_SHARE, unitsOf } from '#kernel/quantity.ts';
import { type Accrual, weightUpTo } from './accrual.ts';
import type { AllocationType } from './vesting-schedule.ts';

/**
 * A grant divided over the periods of its schedule, in steps: whole shares if the grant is whole and the type isn't
 * FRACTIONAL, and otherwise units of 1e-8.
 */
export interface Allocation {
  readonly type: AllocationType;
  readonly accrual: Accrual;
  readonly steps: bigint;
  readonly unitsPerStep: bigint;
}

/** @throws RangeError if the quantity is not a plain decimal */
export function allocate(quantity: string, type: AllocationType, accrual: Accrual): Allocation {
  const unitsPerStep = stepOf(quantity, type);
  return { type, accrual, steps: unitsOf(quantity) / unitsPerStep, unitsPerStep };
}

/** Returns the units of 1e-8 by which a grant vests: those of a whole share, or one. */
export function stepOf(quantity: string, type: AllocationType): bigint {
  const whole = type !== 'FRACTIONAL' && unitsOf(quantity) % UNITS_PER_SHARE === 0n;
  return whole ? UNITS_PER_SHARE : 1n;
}

/** The steps that periods 1 … `periods` hold together; all of the grant at the last period. */
export function stepsUpTo(allocation: Allocation, periods: number): bigint {
  const { type, steps, accrual } = allocation;
  switch (type) {
    case 'FRACTIONAL':
    case 'CUMULATIVE_ROUND_DOWN':
      return (steps * weightUpTo(accrual, periods)) / accrual.totalWeight;
    case 'CUMULATIVE_ROUNDING': {
      const doubled = 2n * steps * weightUpTo(accrual, periods);
      return (doubled + accrual.totalWeight) / (2n * accrual.totalWeight);
    }
    default:
      return evenStepsUpTo(allocation, periods) + remainderUpTo(allocation, periods);
  }
}

/**
 * Explains how the periods `after` + 1 … `periods` differ from their exact part, for the reader of an event; empty if
 * they don't.
 */
export function roundingOf(allocation: Allocation, after: number, periods: number): string {
  const extra = remainderUpTo(allocation, periods) - remainderUpTo(allocation, after);
  if (extra > 0n) return `, with ${quantityOf(extra * allocation.unitsPerStep)} of the remainder`;
  // Cumulative types round what has vested so far, the others each period by itself.
  const from = CUMULATIVE.has(allocation.type) ? 0 : after;
  const { steps, accrual } = allocation;
  const allocated = (stepsUpTo(allocation, periods) - stepsUpTo(allocation, from)) * accrual.totalWeight;
  const exact = steps * (weightUpTo(accrual, periods) - weightUpTo(accrual, from));
  if (allocated === exact) return '';
  return allocated < exact ? ', rounded down' : ', rounded up';
}

const CUMULATIVE: ReadonlySet<AllocationType> = new Set([
  'CUMULATIVE_ROUNDING',
  'CUMULATIVE_ROUND_DOWN',
  'FRACTIONAL',
]);

/** Returns the sum of the periods if each is rounded down by itself. */
function evenStepsUpTo({ steps, accrual }: Allocation, periods: number): bigint {
  let left = periods;
  let even = 0n;
  for (const run of accrual.runs) {
    const count = Math.min(left, run.count);
    even += BigInt(count) * ((steps * run.weight) / accrual.totalWeight);
    left -= count;
    if (left === 0) break;
  }
  return even;
}

/** Returns what rounding each period down leaves over: always fewer steps than there are periods. */
function remainderOf(allocation: Allocation): bigint {
  return allocation.steps - evenStepsUpTo(allocation, allocation.accrual.count);
}

/** The part of the remainder that periods 1 … `periods` hold. */
function remainderUpTo(allocation: Allocation, periods: number): bigint {
  const { count } = allocation.accrual;
  const remainder = remainderOf(allocation);
  switch (allocation.type) {
    case 'FRONT_LOADED':
      return BigInt(Math.min(periods, Number(remainder)));
    case 'BACK_LOADED':
      return BigInt(Math.max(0, periods - (count - Number(remainder))));
    case 'FRONT_LOADED_TO_SINGLE_TRANCHE':
      return periods > 0 ? remainder : 0n;
    case 'BACK_LOADED_TO_SINGLE_TRANCHE':
      return periods === count ? remainder : 0n;
    default:
      return 0n;
  }
}
