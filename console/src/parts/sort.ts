import type { TableProps } from '@cloudscape-design/components/table';
import { useAddress } from './address.ts';

/** The order of a list, in the words of the API. */
export type SortBy<Field extends string> = `${'' | '-'}${Field}`;

interface Sort<T, Field extends string> {
  /** Undefined: the order that the list has by itself. */
  readonly by: SortBy<Field> | undefined;
  readonly sorting: Required<Pick<TableProps<T>, 'sortingColumn' | 'sortingDescending' | 'onSortingChange'>>;
}

/** The order of the list on a screen, which stands in the address. Columns that name one of the fields as `sortingField` sort. */
export function useSort<T, Field extends string>(fields: readonly Field[]): Sort<T, Field> {
  const [address, set] = useAddress();
  const asked = address.get('sort') ?? '';
  const field = fields.find((one) => one === asked.replace(/^-/, ''));
  const descending = asked.startsWith('-');
  return {
    by: field === undefined ? undefined : `${descending ? '-' : ''}${field}`,
    sorting: {
      sortingColumn: field === undefined ? {} : { sortingField: field },
      sortingDescending: descending,
      onSortingChange: ({ detail }) =>
        set({ sort: `${detail.isDescending ? '-' : ''}${detail.sortingColumn.sortingField ?? ''}` }),
    },
  };
}
