import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TableProps } from '@cloudscape-design/components/table';
import { useAddress } from './address.ts';
import { OneOf } from './one-of.tsx';
import { type Page, Pages, type Paging } from './pages.tsx';
import { Search } from './search.tsx';

interface Props<T, Name extends string, Field extends string> {
  /** The key of the list among what was asked for. */
  readonly name: string;
  /** The choices of who is listed, by name; `all` is the first. */
  readonly filters: Readonly<Record<Name | 'all', { readonly label: string }>>;
  readonly sorted: readonly Field[];
  readonly search: { readonly label: string; readonly placeholder: string };
  /** Said where nobody is found, and where nobody is like that. */
  readonly empty: { readonly found: string; readonly listed: string };
  readonly columns: readonly TableProps.ColumnDefinition<T>[];
  rowId(row: T): string;
  /** @param q the words that are searched; undefined for none */
  load(page: Paging<Field>, filter: Name | 'all', q: string | undefined): Promise<Page<T>>;
}

/** A list that the API searches, filters and sorts. All of that stands in the address. */
export function SearchedList<T, Name extends string, Field extends string>(props: Props<T, Name, Field>) {
  const { filters, columns, empty, load } = props;
  const [address, set] = useAddress();
  const q = address.get('q') ?? '';
  const shown = address.get('show') ?? 'all';
  const isFilter = (name: string): name is Name | 'all' => Object.hasOwn(filters, name);
  const filter = isFilter(shown) ? shown : 'all';
  const options = Object.entries<{ readonly label: string }>(filters).map(([value, { label }]) => ({
    value,
    label,
  }));
  return (
    <Pages
      key={`${q} ${filter}`}
      name={props.name}
      title={q === '' ? filters[filter].label : `Found for “${q}”`}
      queryKey={[props.name, q, filter]}
      counted
      sorts={props.sorted}
      load={(page: Paging<Field>) => load(page, filter, q === '' ? undefined : q)}
      rowId={props.rowId}
      empty={q === '' ? empty.listed : empty.found}
      filter={
        <SpaceBetween direction="horizontal" size="m" alignItems="center">
          <Search key="search" {...props.search} value={q} onChange={(text) => set({ q: text })} />
          <OneOf
            ariaLabel="Show"
            options={options}
            value={filter}
            onChange={(chosen) => set({ show: chosen === 'all' ? '' : chosen })}
          />
        </SpaceBetween>
      }
      columns={columns}
    />
  );
}
