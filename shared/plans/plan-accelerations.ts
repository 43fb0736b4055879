import * as z from 'zod';
import { dateOut, decimalOut, idOut } from '#kernel/fields.ts';
import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import { ACCELERATION_ORDERS, type Acceleration } from '#plans/vesting/grant-changes.ts';

export const PlanAccelerations = z
  .array(
    z.object({
      id: idOut.nullable(),
      date: dateOut,
      quantity: decimalOut.nullable(),
      order: z.enum(ACCELERATION_ORDERS).nullable(),
    }),
  )
  .meta({ description: 'Those that are planned, and those that have vested; without a quantity, of all.' });

type ShownAcceleration = z.input<typeof PlanAccelerations>[number];

/** Returns accelerations as answers show them: one that was divided over several grants is one again. */
export function toAccelerations(accelerations: readonly Acceleration[]): ShownAcceleration[] {
  const shown: ShownAcceleration[] = [];
  for (const one of accelerations) {
    const quantity = 'quantity' in one ? one.quantity : null;
    const order = 'order' in one ? one.order : null;
    const at = one.id === undefined ? -1 : shown.findIndex(({ id }) => id === one.id);
    const first = shown[at];
    if (first === undefined) shown.push({ id: one.id ?? null, date: one.date, quantity, order });
    else if (first.quantity !== null && quantity !== null)
      shown[at] = { ...first, quantity: quantityOf(unitsOf(first.quantity) + unitsOf(quantity)) };
  }
  // Ids are by the time of entry.
  return shown.sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : Number((a.id ?? '') > (b.id ?? ''))));
}
