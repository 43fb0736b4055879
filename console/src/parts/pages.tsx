import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiCall } from './api-call.tsx';
import { ProblemAlert } from './problem-alert.tsx';
import { Rows, type RowsProps } from './rows.tsx';

export interface Page<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
}

/** The part of a list that is asked for. */
export interface Paging {
  readonly cursor: string | undefined;
  /** The most rows; undefined for as many as the screen, or the API, has on a page. */
  readonly limit: string | undefined;
}

/** Any list answers so many rows at once. */
const LONGEST_PAGE = '200';

/** Takes the answer of a list that has no pages for one page. */
export function onePage<T>(answer: { readonly data: readonly T[] }): Page<T> {
  return Object.assign(answer, { next_cursor: null });
}

interface Props<T> extends Omit<RowsProps<T>, 'items' | 'loading' | 'pagination' | 'everything' | 'rowId'> {
  /** The filters and the order: with others, it is another list. */
  readonly queryKey: readonly unknown[];
  load(page: Paging): Promise<Page<T>>;
  /** A file of the same rows, where the API writes one. */
  file?(): Promise<Blob>;
  /** Asks again after so long, where others change what is listed. */
  readonly everyMs?: number;
  rowId(row: T): string;
}

/** A table of what the API lists, page by page. The API filters and sorts: no page has all there is. */
export function Pages<T>({ queryKey, load, file, everyMs, empty, ...table }: Props<T>) {
  const queries = useQueryClient();
  const [index, setIndex] = useState(0);
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam: cursor }) => load({ cursor, limit: undefined }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<T>) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: everyMs ?? false,
  });
  const pages = query.data?.pages ?? [];
  const shown = Math.min(index, Math.max(0, pages.length - 1));
  const turn = async (to: number): Promise<void> => {
    if (to >= pages.length && query.hasNextPage) await query.fetchNextPage();
    setIndex(to);
  };
  const rows = async (cursor: string | undefined) => {
    const { data, next_cursor } = await queries.fetchQuery({
      queryKey: [...queryKey, 'all', cursor],
      queryFn: () => load({ cursor, limit: LONGEST_PAGE }),
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
        items={pages[shown]?.data ?? []}
        loading={query.isPending}
        empty={query.error === null ? empty : 'Nothing could be loaded.'}
        everything={file === undefined ? { rows } : { file }}
        pagination={
          pages.length > 1 || query.hasNextPage ? (
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
