import Box from '@cloudscape-design/components/box';
import Header, { type HeaderProps } from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiCall } from './api-call.tsx';
import { ProblemAlert } from './problem-alert.tsx';

/** Pixels: a table that is wider than the window scrolls, rather than breaking words. */
const NARROWEST = 110;

export interface Page<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
}

/** Takes the answer of a list that has no pages for one page. */
export function onePage<T>(answer: { readonly data: readonly T[] }): Page<T> {
  return Object.assign(answer, { next_cursor: null });
}

interface Props<T> {
  readonly title: string;
  readonly description?: string;
  readonly variant?: TableProps.Variant;
  readonly headingTag?: HeaderProps.Variant;
  readonly actions?: ReactNode;
  readonly filter?: ReactNode;
  readonly empty: ReactNode;
  /** The filters and the order: with others, it is another list. */
  readonly queryKey: readonly unknown[];
  load(cursor: string | undefined): Promise<Page<T>>;
  readonly columns: readonly TableProps.ColumnDefinition<T>[];
  readonly sorting?: Pick<TableProps<T>, 'sortingColumn' | 'sortingDescending' | 'onSortingChange'>;
  /** Asks again after so long, where others change what is listed. */
  readonly everyMs?: number;
  rowId(row: T): string;
}

/** A table of what the API lists, page by page. The API filters and sorts: no page has all there is. */
export function Pages<T>(props: Props<T>) {
  const [index, setIndex] = useState(0);
  const query = useInfiniteQuery({
    queryKey: props.queryKey,
    queryFn: ({ pageParam }) => props.load(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<T>) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: props.everyMs ?? false,
  });
  const pages = query.data?.pages ?? [];
  const shown = Math.min(index, Math.max(0, pages.length - 1));
  const turn = async (to: number): Promise<void> => {
    if (to >= pages.length && query.hasNextPage) await query.fetchNextPage();
    setIndex(to);
  };
  const rows = pages[shown]?.data ?? [];
  return (
    <SpaceBetween size="m">
      {query.error !== null && <ProblemAlert problem={query.error} />}
      <Table
        {...props.sorting}
        variant={props.variant ?? 'container'}
        items={rows}
        trackBy={props.rowId}
        columnDefinitions={props.columns.map((column) => ({ minWidth: NARROWEST, ...column }))}
        loading={query.isPending}
        loadingText="Loading"
        sortingDisabled={props.sorting === undefined}
        wrapLines
        header={
          <Header
            variant={props.headingTag ?? 'h2'}
            {...(props.description === undefined ? {} : { description: props.description })}
            actions={props.actions}
          >
            {props.title}
          </Header>
        }
        {...(props.filter === undefined ? {} : { filter: props.filter })}
        empty={
          <Box textAlign="center" color="text-body-secondary" padding="l">
            {query.error === null ? props.empty : 'Nothing could be loaded.'}
          </Box>
        }
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
