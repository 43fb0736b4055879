/** An exact decimal: `units` / 10^`scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/** Reads a plain decimal that is not negative. Throws a RangeError for anything else. */
export function parseDecimal(text: string): Decimal {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) throw new RangeError(`${text} is not a plain decimal of zero or more`);
  return { units: BigInt(whole + fraction), scale: fraction.length };
}
