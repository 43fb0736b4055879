import { invalidField } from '#kernel/domain-error.ts';
import { quantityOf, UNITS_PER_SHARE, unitsOf } from '#kernel/quantity.ts';
import { stepOf } from '#plans/vesting/allocation.ts';
import type { AccelerationOrder } from '#plans/vesting/grant-changes.ts';
import { vestingEvents } from '#plans/vesting/vesting.ts';
import { AT_ONCE, type PlanGrant } from './vested-state.ts';

interface Order {
  readonly date: string;
  readonly quantity: string;
  readonly order: AccelerationOrder;
}

/**
 * Divides an acceleration of a number of shares over several grants, by what each has left to vest after its day. Of what vests on one day the
 * older grant gives first, or, in the order LAST_FIRST, the younger. Shares that an acceleration planned for a later day will take are left to it.
 *
 * @returns the quantity of each grant, in the order of the grants
 * @throws DomainError `validation-failed` for more than is unvested
 */
export function divideAcceleration(
  grants: readonly PlanGrant[],
  { date, quantity, order }: Order,
): readonly string[] {
  const later = grants.flatMap((one, index) =>
    unvestedAfter(one, date).map((event) => ({ index, date: event.date, units: unitsOf(event.quantity) })),
  );
  const units = unitsOf(quantity);
  const unvested = later.reduce((sum, event) => sum + event.units, 0n);
  if (units > unvested)
    throw invalidField(
      '/quantity',
      'more-than-unvested',
      `must be at most the ${quantityOf(unvested)} unvested on ${date}`,
    );
  const parts = grants.map(() => 0n);
  const give = (index: number, given: bigint) => {
    parts[index] = (parts[index] ?? 0n) + given;
  };
  if (order === 'PRO_RATA') {
    const step = grants.every(isWhole) && units % UNITS_PER_SHARE === 0n ? UNITS_PER_SHARE : 1n;
    let before = 0n;
    grants.forEach((_, index) => {
      const upTo = later
        .filter((event) => event.index <= index)
        .reduce((sum, event) => sum + event.units, 0n);
      const share = (at: bigint) => (unvested === 0n ? 0n : ((units / step) * at) / unvested);
      give(index, (share(upTo) - share(before)) * step);
      before = upTo;
    });
  } else {
    const sooner = later.toSorted((a, b) => (a.date < b.date ? -1 : Number(a.date > b.date)));
    let left = units;
    for (const event of order === 'SOONEST_FIRST' ? sooner : sooner.reverse()) {
      const given = lesser(event.units, left);
      give(event.index, given);
      left -= given;
    }
  }
  return parts.map(quantityOf);
}

function isWhole({ grant }: PlanGrant): boolean {
  return stepOf(grant.quantity, grant.allocationType ?? 'CUMULATIVE_ROUND_DOWN') === UNITS_PER_SHARE;
}

/** An acceleration is of time: what waits for an event has vested by it. */
function unvestedAfter({ grant, schedule = AT_ONCE, accelerations }: PlanGrant, date: string) {
  const { condition: _, ...byTime } = schedule;
  return vestingEvents(grant, byTime, { accelerations }).filter(
    (event) => event.kind === 'VESTED' && event.date > date,
  );
}

function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
