import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isUnreachable } from '../api/problem.ts';
import { ApiCall } from './api-call.tsx';
import { grouped } from './format.ts';
import { ProblemAlert } from './problem-alert.tsx';
import { Rows, type RowsProps } from './rows.tsx';
import { type SortBy, useSort } from './sort.ts';

export interface Page<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
  readonly total_count?: { readonly value: number; readonly exact: boolean } | undefined;
}

/** The part of a list that is asked for. */
export interface Paging<Field extends string = never> {
  readonly cursor: string | undefined;
  /** The most rows; undefined for as many as the screen, or the API, has on a page. */
  readonly limit: string | undefined;
  /** Asks for the number of rows on all pages. */
  readonly total_count: 'true' | undefined;
  /** Undefined: the order that the list has by itself. */
  readonly sort: SortBy<Field> | undefined;
}

const WHOLE_PAGE: Paging = { cursor: undefined, limit: undefined, total_count: undefined, sort: undefined };
const NOTHING: readonly never[] = [];
const CUT_OFF = 'It could not be loaded: Vestry can’t be reached. It is asked for again by itself.';

/** Any list answers so many rows at once. */
const LONGEST_PAGE = '200';

/** Takes the answer of a list that has no pages for one page. */
export function onePage<T>(answer: { readonly data: readonly T[] }): Page<T> {
  return Object.assign(answer, { next_cursor: null });
}

interface Props<T, Field extends string>
  extends Omit<
    RowsProps<T>,
    'items' | 'loading' | 'pagination' | 'everything' | 'counter' | 'rowId' | 'sorting'
  > {
  /** The filters and the order: with others, it is another list. */
  readonly queryKey: readonly unknown[];
  load(page: Paging<Field>): Promise<Page<T>>;
  /** The fields by which the API sorts the list: a column sorts by its `sortingField`. One list of a screen has them. */
  readonly sorts?: readonly Field[];
  /** A file of the same rows, where the API writes one. */
  file?(): Promise<Blob>;
  /** Whether the API tells how many rows the list has on all its pages. It is asked once for a list of several. */
  readonly counted?: boolean;
  /** Asks again after so long, where others change what is listed. */
  readonly everyMs?: number;
  rowId(row: T): string;
}

/** A table of what the API lists, page by page. The API filters and sorts: no page has all there is. */
export function Pages<T, Field extends string = never>({
  queryKey: list,
  load,
  sorts = NOTHING,
  file,
  counted = false,
  everyMs,
  empty,
  ...table
}: Props<T, Field>) {
  const queries = useQueryClient();
  const { by: sort, sorting } = useSort<T, Field>(sorts);
  const queryKey = [...list, sort];
  const page = { ...WHOLE_PAGE, sort };
  const [{ index, of }, setShown] = useState({ index: 0, of: sort });
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam: cursor }) => load({ ...page, cursor }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<T>) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: everyMs ?? false,
  });
  const pages = query.data?.pages ?? [];
  // A list begins anew in another order.
  const shown = of === sort ? Math.min(index, Math.max(0, pages.length - 1)) : 0;
  const turn = async (to: number): Promise<void> => {
    if (to >= pages.length && query.hasNextPage) await query.fetchNextPage();
    setShown({ index: to, of: sort });
  };
  const hasSeveral = pages.length > 1 || query.hasNextPage;
  const { data: count } = useQuery({
    queryKey: [...queryKey, 'count'],
    queryFn: async () => {
      const { total_count: all } = await load({ ...page, limit: '1', total_count: 'true' });
      return all ?? null;
    },
    enabled: counted && hasSeveral,
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Nothing is known of the list: it has not been answered, since there is no connection.
  const isCutOff =
    query.data === undefined && (query.fetchStatus === 'paused' || isUnreachable(query.failureReason));
  const rows = async (cursor: string | undefined) => {
    const { data, next_cursor } = await queries.fetchQuery({
      queryKey: [...queryKey, 'all', cursor],
      queryFn: () => load({ ...page, cursor, limit: LONGEST_PAGE }),
      staleTime: 0,
      gcTime: 0,
    });
    return { data, next: next_cursor ?? undefined };
  };
  return (
    <SpaceBetween size="m">
      {query.error !== null && <ProblemAlert problem={query.error} />}
      <Rows
        {...table}
        {...(sorts.length === 0 ? {} : { sorting })}
        items={pages[shown]?.data ?? []}
        loading={query.isPending && !isCutOff}
        empty={isCutOff ? CUT_OFF : query.error === null ? empty : 'Nothing could be loaded.'}
        {...(count === undefined || count === null ? {} : { counter: rangeOf(pages, shown, count) })}
        everything={file === undefined ? { rows } : { file }}
        pagination={
          hasSeveral ? (
            <Pagination
              currentPageIndex={shown + 1}
              pagesCount={pages.length}
              openEnd={query.hasNextPage}
              disabled={query.isFetchingNextPage}
              onChange={({ detail }) => void turn(detail.currentPageIndex - 1)}
            />
          ) : undefined
        }
      />
      <ApiCall answer={pages[shown]} />
    </SpaceBetween>
  );
}

/** `(51–100 of 1,234)`: the rows that are shown, of all that there are. */
function rangeOf(
  pages: readonly Page<unknown>[],
  shown: number,
  { value, exact }: NonNullable<Page<unknown>['total_count']>,
): string {
  const before = pages.slice(0, shown).reduce((sum, { data }) => sum + data.length, 0);
  const last = before + (pages[shown]?.data.length ?? 0);
  const number = (count: number): string => grouped(String(count));
  return `(${number(before + 1)}–${number(last)} of ${exact ? '' : 'more than '}${number(value)})`;
}
