import { type RawBuilder, sql } from 'kysely';
import { invalidField } from '#kernel/domain-error.ts';
import type { Sorts } from '#kernel/sorts.ts';
import { decodeCursor, isCursorPart, type PageRequest, toPage } from './cursor.ts';

interface SortedRequest extends PageRequest {
  readonly sort?: string | undefined;
}

interface Where {
  /** The table, or its alias, where the query has several. */
  readonly of?: string;
  /** Keys that are not the column of their name. */
  readonly columns?: Readonly<Record<string, RawBuilder<unknown>>>;
}

/** The parts of a query that reads a page of a list in an order. */
export interface Sorted {
  /** Whatever stands before the id in the order; null where the id alone is it, or a row has none. */
  readonly position: RawBuilder<string | null>;
  readonly after: RawBuilder<boolean>;
  readonly by: RawBuilder<unknown>;
}

/** The way in which values of a kind are compared, and written into a cursor. */
const KINDS = {
  amount: { part: 'amount', compared: (value: RawBuilder<unknown>) => sql`${value}::bigint` },
  date: { part: 'date', compared: (value: RawBuilder<unknown>) => sql`${value}::date` },
  instant: { part: 'instant', compared: (value: RawBuilder<unknown>) => sql`${value}::timestamptz` },
  text: { part: 'text', compared: (value: RawBuilder<unknown>) => sql`${value}::text collate "C"` },
} as const;

/** Microseconds are kept: a `Date` would lose the order of neighbours. */
const INSTANT = sql.lit('YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

function orderOf({ byItself, keys }: Sorts, sort = byItself) {
  const key = sort.replace('-', '');
  const kind = keys[key];
  if (kind === undefined) throw new Error(`no order by ${sort}`);
  const isOptional = kind.endsWith('?');
  const of = kind.replace('?', '');
  return { sort, key, descending: sort.startsWith('-'), isOptional, kind: isKind(of) ? of : undefined };
}

const isKind = (kind: string): kind is keyof typeof KINDS => kind in KINDS;

/** Whether a cursor holds the id alone, as it always has where nobody asks for an order and the list is by age. */
const isById = (sorts: Sorts, sort: string | undefined): boolean =>
  sort === undefined && orderOf(sorts).kind === undefined;

/**
 * Reads a list in the order that its query asks for. Rows that share a value are in the order of their ids; those that have none come last.
 * @throws DomainError `validation-failed` for a cursor of the list in another order
 */
export function sorted(
  sorts: Sorts,
  { sort: asked, cursor }: Pick<SortedRequest, 'sort' | 'cursor'>,
  { of, columns = {} }: Where = {},
): Sorted {
  const { sort, key, kind, descending, isOptional } = orderOf(sorts, asked);
  const place = (name: string) => sql.ref(of === undefined ? name : `${of}.${name}`);
  const [direction, beyond] = descending ? [sql`desc`, sql`<`] : [sql`asc`, sql`>`];
  const id = place('id');
  const ids = sql`${id} ${direction}`;
  const at = (part: string) => sql`${id} ${beyond} ${part}::uuid`;
  if (kind === undefined) {
    const after = cursor === undefined ? undefined : placeIn(sorts, asked, sort, cursor).id;
    return {
      position: sql<null>`null::text`,
      after: after === undefined ? sql<boolean>`true` : sql<boolean>`${at(after)}`,
      by: ids,
    };
  }
  const { compared, part } = KINDS[kind];
  const column = columns[key] ?? place(key);
  const ordered = kind === 'text' ? sql`${column} collate "C"` : column;
  const text =
    kind === 'instant' ? sql`to_char(${column} at time zone 'UTC', ${INSTANT})` : sql`${column}::text`;
  const order = {
    position: sql<string | null>`${text}`,
    // An index serves both directions as long as nothing is said of rows without a value.
    by: sql`${ordered} ${direction}${isOptional ? sql` nulls last` : sql``}, ${ids}`,
  };
  if (cursor === undefined) return { ...order, after: sql<boolean>`true` };
  const last = placeIn(sorts, asked, sort, cursor);
  if (last.value === undefined)
    return { ...order, after: sql<boolean>`(${column} is null and ${at(last.id)})` };
  if (!isCursorPart(part, last.value)) throw notOfList();
  const beyondLast = sql`(${ordered}, ${id}) ${beyond} (${compared(sql`${last.value}`)}, ${last.id}::uuid)`;
  return {
    ...order,
    after: isOptional ? sql<boolean>`(${column} is null or ${beyondLast})` : sql<boolean>`${beyondLast}`,
  };
}

interface Place {
  readonly id: string;
  /** Absent: by age, or the last row had none. */
  readonly value?: string;
}

function placeIn(sorts: Sorts, asked: string | undefined, sort: string, cursor: string): Place {
  if (isById(sorts, asked)) return { id: decodeCursor(cursor, ['uuid'])[0] };
  const [of, id, value] = decodeCursor(cursor, ['text', 'uuid', 'text']);
  if (of !== sort)
    throw invalidField('?cursor', 'other-list', 'is of a list in another order; repeat `sort`');
  return value === '' ? { id } : { id, value: value.slice(1) };
}

function notOfList(): Error {
  return invalidField('?cursor', 'invalid-cursor', 'is not a cursor of this list; start without one');
}

/** Cuts a page out of `limit + 1` rows that were read in an order, with their `position`. */
export function toSortedPage<Row extends { readonly id: string; readonly position: string | null }, Item>(
  sorts: Sorts,
  { sort: asked, limit }: SortedRequest,
  rows: readonly Row[],
  toItem: (row: Omit<Row, 'position'>) => Item,
): { data: Item[]; next_cursor: string | null } {
  return toPage(
    rows,
    limit,
    ({ position: _, ...row }) => toItem(row),
    ({ id, position }) =>
      isById(sorts, asked) ? [id] : [asked ?? sorts.byItself, id, position === null ? '' : `=${position}`],
  );
}
