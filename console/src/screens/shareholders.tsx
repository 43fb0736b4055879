import Badge from '@cloudscape-design/components/badge';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TableProps } from '@cloudscape-design/components/table';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import { useAddress } from '../parts/address.ts';
import { grouped, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Kyc } from '../parts/kyc.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';
import { Search } from '../parts/search.tsx';

type Holder = Row<'GET /shareholders'>;

const SORTED = ['name', 'external_ref', 'created_at'] as const;

/** The choices of who is listed, by what the API filters by. */
const FILTERS = {
  all: { label: 'All holders', query: {} },
  active: { label: 'Active', query: { status: 'ACTIVE' } },
  closed: { label: 'Closed', query: { status: 'CLOSED' } },
  blocked: { label: 'Can’t be paid now', query: { blocked: 'true' } },
  unverified: { label: 'KYC not verified', query: { kyc_status: 'UNVERIFIED' } },
  'without-form': { label: 'Without a tax form', query: { tax_certified: 'false' } },
  treasury: { label: 'Treasury', query: { treasury: 'true' } },
} as const;

const isFilter = (name: string | null): name is keyof typeof FILTERS =>
  name !== null && Object.hasOwn(FILTERS, name);

/** The register: its holders, found, filtered and sorted by the API. What is looked for stands in the address. */
export default function Shareholders() {
  const [search, set] = useAddress();
  const q = search.get('q') ?? '';
  const shown = search.get('show');
  const filter = isFilter(shown) ? shown : 'all';
  const sort = search.get('sort');
  const field = SORTED.find((one) => one === sort?.replace(/^-/, ''));
  const descending = sort?.startsWith('-') ?? false;
  const options = Object.entries(FILTERS).map(([value, { label }]) => ({ value, label }));
  const columns: TableProps.ColumnDefinition<Holder>[] = [
    {
      id: 'name',
      header: 'Name',
      isRowHeader: true,
      sortingField: 'name',
      cell: (row) => (
        <span className="long" dir="auto">
          <Go to={`/shareholders/${row.id}`}>{row.name}</Go>
        </span>
      ),
    },
    {
      id: 'ref',
      header: 'Reference',
      sortingField: 'external_ref',
      cell: (row) => <span className="long">{row.external_ref}</span>,
    },
    {
      id: 'holdings',
      header: 'Shares',
      cell: (row) => <span className="digits long">{grouped(row.holdings)}</span>,
    },
    { id: 'kyc', header: 'KYC', cell: (row) => <Kyc status={row.kyc_status} /> },
    {
      id: 'status',
      header: 'Status',
      cell: (row) => (
        <SpaceBetween direction="horizontal" size="xxs">
          <span>{words(row.status)}</span>
          {row.treasury && <Badge color="blue">Treasury</Badge>}
        </SpaceBetween>
      ),
    },
    { id: 'email', header: 'Email', cell: (row) => <span className="long">{row.contact.email ?? '–'}</span> },
  ];
  const sortingColumn = columns.find((column) => column.sortingField === field);
  return (
    <Screen title="Register" description="The holders of record, and what they hold in all classes.">
      <Pages
        key={`${q} ${filter} ${sort}`}
        title={q === '' ? FILTERS[filter].label : `Found for “${q}”`}
        queryKey={['shareholders', q, filter, sort]}
        load={(cursor) =>
          call('GET /shareholders', {
            query: {
              cursor,
              ...FILTERS[filter].query,
              ...(q === '' ? {} : { q }),
              ...(field === undefined
                ? {}
                : { sort: `${descending ? ('-' as const) : ('' as const)}${field}` as const }),
            },
          })
        }
        rowId={(row: Holder) => row.id}
        empty={q === '' ? 'No holder is like this.' : 'No holder has such a name, reference or email.'}
        filter={
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <Search
              key="search"
              value={q}
              label="Find a holder"
              placeholder="Name, reference or email"
              onChange={(text) => set({ q: text })}
            />
            <Select
              ariaLabel="Show"
              options={options}
              selectedOption={options.find(({ value }) => value === filter) ?? null}
              onChange={({ detail }) =>
                set({
                  show: detail.selectedOption.value === 'all' ? '' : (detail.selectedOption.value ?? ''),
                })
              }
            />
          </SpaceBetween>
        }
        sorting={{
          ...(sortingColumn === undefined ? {} : { sortingColumn }),
          sortingDescending: descending,
          onSortingChange: ({ detail }) =>
            set({ sort: `${detail.isDescending ? '-' : ''}${detail.sortingColumn.sortingField ?? ''}` }),
        }}
        columns={columns}
      />
    </Screen>
  );
}
