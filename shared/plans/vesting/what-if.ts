import type { z } from 'zod';
import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import type { calculateVesting } from './vesting.routes.ts';
import { awaitingQuantity, vestedQuantity, vestingEvents } from './vesting.ts';

/** Returns what a grant would have vested by the end of a day, and when all of it will have. */
export function whatIf(
  order: z.output<(typeof calculateVesting)['body']>,
  asOf: string,
): z.input<(typeof calculateVesting)['response']> {
  const { quantity, vesting_start, grant_date, schedule, allocation_type } = order;
  const grant = {
    quantity,
    vestingStart: vesting_start,
    grantDate: grant_date,
    allocationType: allocation_type,
  };
  const vested = vestedQuantity(grant, schedule, asOf);
  const awaiting = awaitingQuantity(grant, schedule, asOf);
  return {
    as_of: asOf,
    vested,
    awaiting_event: awaiting,
    unvested: quantityOf(unitsOf(quantity) - unitsOf(vested) - unitsOf(awaiting)),
    events: vestingEvents(grant, schedule),
  };
}
