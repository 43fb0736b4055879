import * as z from 'zod';

/** The names by which an object is answered with more than itself, each with the operation that answers the same by itself. */
export type Expansions = Readonly<Record<string, string>>;

/** The page of a list with which an object is answered. Whoever wants more goes on by the list’s own operation, from `next_cursor`. */
export const FIRST_ROWS = { limit: 20, cursor: undefined } as const;

/** The `expand` of an object’s query: names, with commas between them. */
/* @__NO_SIDE_EFFECTS__ */
export function expandBy<const E extends Expansions>(expansions: E) {
  type Name = Extract<keyof E, string>;
  const names = Object.keys(expansions);
  const pattern = new RegExp(`^(${names.join('|')})(,(${names.join('|')}))*$`);
  return {
    expand: z
      .string()
      .max(200, { error: 'must have at most 200 characters', abort: true })
      .regex(pattern, `must be some of ${names.join(', ')}, with commas between them`)
      .transform((text) => new Set(text.split(',') as Name[]))
      .optional(),
  };
}
