import { invalidField } from '#kernel/domain-error.ts';
import { instant, isoDate } from '#kernel/fields.ts';
import { isUuid } from '#kernel/ids.ts';

/** The page that a list's query asks for, see `page` in #kernel/fields.ts. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * Opaque list positions: base64url of a JSON array of strings. They carry no authority: row-level security applies to
 * whatever they point at.
 */
export function encodeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

const CHECKS = {
  uuid: isUuid,
  text: (part: string) => !part.includes('\0'),
  instant: (part: string) => instant.safeParse(part).success,
  date: (part: string) => isoDate.safeParse(part).success,
  amount: (part: string) => /^-?\d{1,18}$/.test(part),
  integer: (part: string) => /^\d{1,18}$/.test(part),
  decimal: (part: string) => /^\d{1,40}(\.\d{1,8})?$/.test(part),
} as const;

/** The type of one part of a cursor's position. */
export type CursorPart = keyof typeof CHECKS;

export function isCursorPart(kind: CursorPart, part: string): boolean {
  return CHECKS[kind](part);
}

/**
 * Returns the parts of a cursor, as many as there are kinds.
 * @throws DomainError `validation-failed` unless the cursor is one of ours, with parts of these kinds
 */
export function decodeCursor<const K extends readonly CursorPart[]>(
  cursor: string,
  kinds: K,
): { readonly [I in keyof K]: string } {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    value = undefined;
  }
  if (!isPosition(value, kinds))
    throw invalidField('?cursor', 'invalid-cursor', 'is not a cursor of this list; start without one');
  return value;
}

function isPosition<K extends readonly CursorPart[]>(
  value: unknown,
  kinds: K,
): value is { readonly [I in keyof K]: string } {
  return (
    Array.isArray(value) &&
    value.length === kinds.length &&
    kinds.every((kind, index) => typeof value[index] === 'string' && CHECKS[kind](value[index]))
  );
}

/** Cuts a page out of `limit + 1` rows and names where the next begins. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  position: (row: Row) => readonly string[],
): { data: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(toItem),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null,
  };
}
