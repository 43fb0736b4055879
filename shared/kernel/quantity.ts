/** Shares are counted in units of 1e-8, the finest a holding can be. */
export const UNITS_PER_SHARE = 100_000_000n;

const PLAIN_QUANTITY = /^\d{1,20}(\.\d{1,8})?$/;

/**
 * `'1250.5'` → `125050000000n`, in units of 1e-8.
 * @throws RangeError if the text is not a plain decimal of at most 20 digits before and 8 after the point
 */
export function unitsOf(quantity: string): bigint {
  if (!PLAIN_QUANTITY.test(quantity)) throw new RangeError(`Not a quantity: ${quantity}`);
  const [whole = '', fraction = ''] = quantity.split('.');
  return BigInt(whole + fraction.padEnd(8, '0'));
}

/** `125050000000n` → `'1250.5'`, without trailing zeros. */
export function quantityOf(units: bigint): string {
  const whole = units / UNITS_PER_SHARE;
  const rest = units % UNITS_PER_SHARE;
  if (rest === 0n) return whole.toString();
  return `${whole}.${rest.toString().padStart(8, '0').replace(/0+$/, '')}`;
}
