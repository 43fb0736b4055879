import * as z from 'zod';

/**
 * The kinds of values by which lists are sorted. `age` is the id alone, which is by the time of creation. With a question mark, some rows have
 * none: they come last, whichever way the list goes.
 */
export type SortKind = 'age' | 'amount' | 'date' | 'date?' | 'instant' | 'instant?' | 'text' | 'text?';

/** The orders of a list: the one that it has by itself, and the keys by which it is sorted. A key is a field of what it lists. */
export interface Sorts {
  readonly byItself: string;
  readonly keys: Readonly<Record<string, SortKind>>;
}

type KeyOf<S extends Sorts> = Extract<keyof S['keys'], string>;
export type SortOf<S extends Sorts> = KeyOf<S> | `-${KeyOf<S>}`;

/** The `sort` of a list's query: a key, or with `-` before it the other way. */
/* @__NO_SIDE_EFFECTS__ */
export function sortBy<const S extends Sorts>({ keys }: S) {
  const words = Object.keys(keys).flatMap((key) => [key, `-${key}`]) as SortOf<S>[];
  return { sort: z.enum(words, `must be one of ${words.join(', ')}`).optional() };
}
