import { parseDecimal, renderDecimal, unitsAt } from './decimal.ts';

/** Shares are counted in units of 1e-8, the finest a holding can be. */
const PLACES = 8;
export const UNITS_PER_SHARE = 10n ** BigInt(PLACES);

const PLAIN_QUANTITY = /^\d{1,20}(\.\d{1,8})?$/;

/**
 * `'1250.5'` → `125050000000n`, in units of 1e-8.
 * @throws RangeError if the text is not a plain decimal of at most 20 digits before and 8 after the point
 */
export function unitsOf(quantity: string): bigint {
  if (!PLAIN_QUANTITY.test(quantity)) throw new RangeError(`Not a quantity: ${quantity}`);
  return unitsAt(parseDecimal(quantity), PLACES);
}

/** `125050000000n` → `'1250.5'`, without trailing zeros. */
export function quantityOf(units: bigint): string {
  return renderDecimal(units, PLACES).replace(/\.?0+$/, '');
}
