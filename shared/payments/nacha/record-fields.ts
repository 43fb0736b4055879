import type { Column } from './nacha-layout.ts';

/** The columns of a record that a bank wrote, without the blanks around them. */
export function textIn(record: string, [first, last]: Column): string {
  return record.slice(first - 1, last).trim();
}

/** The number in columns of digits; undefined where anything else stands. */
export function numberIn(record: string, column: Column): bigint | undefined {
  const text = textIn(record, column);
  return /^\d+$/.test(text) ? BigInt(text) : undefined;
}

/** Digits of a fixed length, of which some banks leave out the leading zeros; undefined where anything else stands. */
export function digitsIn(record: string, column: Column): string | undefined {
  const text = textIn(record, column);
  return /^\d+$/.test(text) ? text.padStart(column[1] - column[0] + 1, '0') : undefined;
}
