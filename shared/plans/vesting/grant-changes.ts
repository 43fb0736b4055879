import { invalidField } from '#kernel/domain-error.ts';
import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import type { Allocation } from './allocation.ts';

/** The order in which an acceleration takes its shares from later events. */
export const ACCELERATION_ORDERS = ['SOONEST_FIRST', 'LAST_FIRST', 'PRO_RATA'] as const;
export type AccelerationOrder = (typeof ACCELERATION_ORDERS)[number];

/** Unvested shares that vest on a date ahead of their schedule: all of them, or a number. Scheduled events of that date vest first. */
export type Acceleration = {
  /** Those that were entered before any had one have none, and can't be withdrawn. */
  readonly id?: string | undefined;
  readonly date: string;
} & ({ readonly full: true } | { readonly quantity: string; readonly order: AccelerationOrder });

/** The changes of a grant after it was made. */
export interface GrantChanges {
  /** The last day on which something vests; what is unvested after it is forfeited. Accelerations of that day come first. */
  readonly terminatedOn?: string | undefined;
  /** Ends a grant: the end of its plan, or its own. @default 'termination' */
  readonly endedBy?: 'termination' | 'cancellation' | undefined;
  /** Applied by date; those of one date in the order given. */
  readonly accelerations?: readonly Acceleration[] | undefined;
  /** The day of the event that the schedule's condition names. Absent: it is not on record, and nothing vests. */
  readonly eventOn?: string | undefined;
}

/** AWAITING is vested by time, on its date, and waits for the event that the grant asks for too. */
export const INSTALLMENT_KINDS = ['VESTED', 'ACCELERATED', 'FORFEITED', 'AWAITING'] as const;

/** One event of a grant, counted in steps of its allocation. */
export interface Installment {
  readonly date: string;
  readonly kind: (typeof INSTALLMENT_KINDS)[number];
  readonly steps: bigint;
  /** Steps that accelerations took from it. */
  readonly accelerated: bigint;
  readonly why: string;
}

/**
 * The installments, in order of date, after accelerations and termination; their sum stays the same.
 * @throws DomainError `validation-failed` if an acceleration is more than is unvested on its date, is before the grant
 *   date, or is no whole number of shares where the grant vests in whole shares
 */
export function applyChanges(
  scheduled: readonly Installment[],
  { terminatedOn, endedBy = 'termination', accelerations = [] }: GrantChanges,
  allocation: Allocation,
  grantDate: string | undefined,
): readonly Installment[] {
  let installments = scheduled;
  let isTerminated = false;
  for (const acceleration of accelerations.toSorted((a, b) => compareDates(a.date, b.date))) {
    if (grantDate !== undefined && acceleration.date < grantDate) {
      throw invalidField('/date', 'before-grant', `must not be before the grant date ${grantDate}`);
    }
    if (terminatedOn !== undefined && !isTerminated && acceleration.date > terminatedOn) {
      installments = forfeit(installments, terminatedOn, endedBy);
      isTerminated = true;
    }
    installments = accelerate(installments, acceleration, allocation);
  }
  return terminatedOn === undefined || isTerminated
    ? installments
    : forfeit(installments, terminatedOn, endedBy);
}

function accelerate(
  installments: readonly Installment[],
  acceleration: Acceleration,
  allocation: Allocation,
): readonly Installment[] {
  const { date } = acceleration;
  const due = installments.filter((installment) => installment.date <= date);
  const later = installments.filter((installment) => installment.date > date);
  const unvested = totalSteps(later);
  const full = 'full' in acceleration;
  const steps = full ? unvested : acceleratedSteps(acceleration, unvested, allocation);
  if (steps === 0n) return installments;
  const order = full ? 'SOONEST_FIRST' : acceleration.order;
  const taken = takenFrom(later, steps, unvested, order);
  return [
    ...due,
    {
      date,
      kind: 'ACCELERATED',
      steps,
      accelerated: 0n,
      why: `acceleration, ${full ? 'in full' : WORDS[order]}`,
    },
    ...later.map((installment, index) => {
      const less = taken[index] ?? 0n;
      return {
        ...installment,
        steps: installment.steps - less,
        accelerated: installment.accelerated + less,
      };
    }),
  ];
}

const WORDS: Record<AccelerationOrder, string> = {
  SOONEST_FIRST: 'soonest first',
  LAST_FIRST: 'last first',
  PRO_RATA: 'pro rata',
};

function acceleratedSteps(
  { date, quantity }: { date: string; quantity: string },
  unvested: bigint,
  { unitsPerStep }: Allocation,
): bigint {
  const units = unitsOf(quantity);
  if (units % unitsPerStep !== 0n) {
    throw invalidField('/quantity', 'not-whole', 'must be whole shares, as the grant vests in whole shares');
  }
  const steps = units / unitsPerStep;
  if (steps > unvested) {
    const most = quantityOf(unvested * unitsPerStep);
    throw invalidField('/quantity', 'more-than-unvested', `must be at most the ${most} unvested on ${date}`);
  }
  return steps;
}

/**
 * Returns the steps that each installment gives up. Pro rata rounds the running sum down, so that none gives more
 * than it has.
 */
function takenFrom(
  later: readonly Installment[],
  steps: bigint,
  unvested: bigint,
  order: AccelerationOrder,
): bigint[] {
  if (order === 'LAST_FIRST') {
    return takenFrom(later.toReversed(), steps, unvested, 'SOONEST_FIRST').reverse();
  }
  let before = 0n;
  return later.map((installment) => {
    const upTo = before + installment.steps;
    const taken =
      order === 'PRO_RATA'
        ? (steps * upTo) / unvested - (steps * before) / unvested
        : lesser(steps, upTo) - lesser(steps, before);
    before = upTo;
    return taken;
  });
}

function forfeit(
  installments: readonly Installment[],
  terminatedOn: string,
  endedBy: string,
): readonly Installment[] {
  const kept = installments.filter(({ date }) => date <= terminatedOn);
  const steps = totalSteps(installments) - totalSteps(kept);
  return [
    ...kept,
    { date: terminatedOn, kind: 'FORFEITED', steps, accelerated: 0n, why: `forfeited on ${endedBy}` },
  ];
}

function totalSteps(installments: readonly Installment[]): bigint {
  return installments.reduce((sum, { steps }) => sum + steps, 0n);
}

function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function compareDates(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
