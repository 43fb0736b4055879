import { MAX_COUNTED } from '#kernel/counted-page.ts';
import type { Through } from '#platform/db/tenant-tx.ts';

interface TotalCount {
  readonly value: number;
  readonly exact: boolean;
}

/** The first page of a list, as long as a count goes: no request may ask for one of this length. */
const COUNTED_PAGE = { limit: MAX_COUNTED, cursor: undefined } as const;

/** A list asks for one row more than its page has. The statement that does is known by that. */
const ROWS = COUNTED_PAGE.limit + 1;

/**
 * Counts a list by the very statement that lists it: the route's handler runs once more for {@link COUNTED_PAGE}, and of its statements the one
 * that would read the page counts its rows, and answers none. So no list says twice what is in it.
 */
async function countList(run: (through: Through) => Promise<unknown>): Promise<TotalCount> {
  let rows: number | undefined;
  await run((send) => async (statement) => {
    if (!statement.values?.includes(ROWS)) return send(statement);
    const text = `select count(*)::integer as rows from (${statement.text}) as listed`;
    const counted = await send({ ...statement, text });
    rows = (counted.rows[0] as { rows: number }).rows;
    return { ...counted, rows: [], rowCount: 0 };
  });
  if (rows === undefined) throw new Error('no statement of the list asks for one row more than its page has');
  return { value: Math.min(rows, MAX_COUNTED), exact: rows <= MAX_COUNTED };
}

/**
 * Adds its count to the answer of a list.
 * @param list runs the route's handler for another query, and sends what it reads through `through`
 */
export async function withCount<T>(
  answer: T,
  query: object,
  list: (query: object, through: Through) => Promise<unknown>,
): Promise<T> {
  const total_count = await countList((through) => list({ ...query, ...COUNTED_PAGE }, through));
  return { ...answer, total_count };
}
