import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import type { VestedState, VestingInputs } from '#plans/vesting-runs/vested-state.ts';

/** Returns the shares of all grants. */
export function grantedQuantity({ grants }: VestingInputs): string {
  return quantityOf(grants.reduce((sum, { grant }) => sum + unitsOf(grant.quantity), 0n));
}

/** Returns the columns of a plan that say what has vested. */
export function vestedColumns({ asOf, quantity, awaiting, forfeited, fraction }: VestedState) {
  return {
    vested_as_of: asOf,
    vested_quantity: quantity,
    awaiting_quantity: awaiting,
    forfeited_quantity: forfeited,
    vested_numerator: fraction.numerator,
    vested_denominator: fraction.denominator,
  };
}
