/** Adds up amounts as the API writes them, exactly, with as many decimal places as the most exact one. */
export function sumOf(amounts: readonly string[]): string {
  const places = Math.max(0, ...amounts.map((amount) => fractionOf(amount).length));
  const sum = amounts.reduce(
    (all, amount) => all + BigInt(amount.replace('.', '') + '0'.repeat(places - fractionOf(amount).length)),
    0n,
  );
  const digits = String(sum < 0n ? -sum : sum).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${sum < 0n ? '-' : ''}${whole}${places === 0 ? '' : `.${digits.slice(-places)}`}`;
}

const fractionOf = (amount: string): string => amount.split('.')[1] ?? '';
