const WEIGHTS = [3, 7, 1, 3, 7, 1, 3, 7];

/**
 * First two digits that the ABA gives out: 00 United States Government, 01–12 the Federal Reserve districts, 21–32 thrifts,
 * 61–72 electronic, 80 traveller's cheques (ABA Routing Number Policy).
 */
const PREFIX = /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/;

/**
 * The ninth digit of the routing number that begins with these eight: 3-7-1 weighted, up to the next multiple of ten.
 *
 * @throws RangeError unless there are exactly eight digits
 */
export function routingCheckDigit(eightDigits: string): string {
  if (!/^\d{8}$/.test(eightDigits))
    throw new RangeError('A routing number has eight digits before its check digit.');
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(eightDigits[at]), 0);
  return String((10 - (sum % 10)) % 10);
}

/** Nine ASCII digits whose check digit is right, whatever they begin with. */
export function hasRoutingCheckDigit(text: string): boolean {
  return /^\d{9}$/.test(text) && routingCheckDigit(text.slice(0, 8)) === text[8];
}

/** An ABA routing number: nine digits, an assigned prefix, a correct check digit. All zeros has one, but is no bank's. */
export function isRoutingNumber(text: string): boolean {
  return hasRoutingCheckDigit(text) && PREFIX.test(text) && text !== '000000000';
}

/** The DFI identification of entry and batch records: a routing number without its check digit. */
export function dfiIdentification(routingNumber: string): string {
  return routingNumber.slice(0, 8);
}
