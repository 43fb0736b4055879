import { isUuid } from '#kernel/ids.ts';

/** Crockford's base 32: no I, L, O or U, which are misread on a bank statement. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 15;
const BITS = 75n;

/**
 * The 15 characters that name a payment in an entry's individual identification number (positions 40–54): the last 75 bits of its
 * id in base 32. Of a UUID version 7 these are all but one of its 74 random bits and none of its time.
 *
 * It can't be turned back into the id. A return is mapped back by its original trace number, which the caller keeps; the
 * reference that comes with it then confirms the match.
 *
 * @throws RangeError when the id isn't a UUID in lower case
 */
export function paymentReference(paymentId: string): string {
  if (!isUuid(paymentId)) throw new RangeError('A payment id must be a UUID.');
  let bits = BigInt.asUintN(Number(BITS), BigInt(`0x${paymentId.replaceAll('-', '')}`));
  let reference = '';
  for (let left = LENGTH; left > 0; left -= 1) {
    reference = ALPHABET.charAt(Number(bits & 31n)) + reference;
    bits >>= 5n;
  }
  return reference;
}

/**
 * The last 17 characters of the id that a reference is of, as it is written: fewer bits than the reference has, and enough to look for the payment, whose
 * own reference then confirms it. Undefined for a text that is no reference.
 */
export function endOfId(reference: string): string | undefined {
  if (reference.length !== LENGTH) return undefined;
  let bits = 0n;
  for (const character of reference) {
    const value = ALPHABET.indexOf(character);
    if (value === -1) return undefined;
    bits = (bits << 5n) | BigInt(value);
  }
  const hex = BigInt.asUintN(64, bits).toString(16).padStart(16, '0');
  return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}
