import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TableProps } from '@cloudscape-design/components/table';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import { useAddress } from '../parts/address.ts';
import { day } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Kyc } from '../parts/kyc.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';
import { Search } from '../parts/search.tsx';

type Participant = Row<'GET /participants'>;

const SORTED = ['employee_id', 'name', 'hired_on'] as const;

/** The choices of who is listed, by what the API filters by. */
const FILTERS = {
  all: { label: 'All people', query: {} },
  active: { label: 'In service', query: { status: 'ACTIVE' } },
  left: { label: 'Left', query: { status: 'TERMINATED' } },
  enrolled: { label: 'With a plan', query: { enrolled: 'true' } },
  without: { label: 'Without a plan', query: { enrolled: 'false' } },
  unverified: { label: 'KYC not verified', query: { kyc_status: 'UNVERIFIED' } },
} as const;

const isFilter = (name: string | null): name is keyof typeof FILTERS =>
  name !== null && Object.hasOwn(FILTERS, name);

const COLUMNS: readonly TableProps.ColumnDefinition<Participant>[] = [
  {
    id: 'number',
    header: 'Number',
    isRowHeader: true,
    sortingField: 'employee_id',
    cell: (row) => (
      <span className="long">
        <Go to={`/participants/${encodeURIComponent(row.employee_id)}`}>{row.employee_id}</Go>
      </span>
    ),
  },
  {
    id: 'name',
    header: 'Name',
    sortingField: 'name',
    cell: (row) => (
      <span className="long" dir="auto">
        {row.name ?? '–'}
      </span>
    ),
  },
  {
    id: 'hired',
    header: 'Hired',
    sortingField: 'hired_on',
    cell: (row) => (row.hired_on === null ? '–' : day(row.hired_on)),
  },
  { id: 'left', header: 'Left', cell: (row) => (row.terminated_on === null ? '–' : day(row.terminated_on)) },
  { id: 'kyc', header: 'KYC', cell: (row) => <Kyc status={row.kyc_status} /> },
  { id: 'email', header: 'Email', cell: (row) => <span className="long">{row.email ?? '–'}</span> },
];

/** The census: the people of the employer, found, filtered and sorted by the API. */
export default function Participants() {
  const [search, set] = useAddress();
  const q = search.get('q') ?? '';
  const shown = search.get('show');
  const filter = isFilter(shown) ? shown : 'all';
  const sort = search.get('sort');
  const field = SORTED.find((one) => one === sort?.replace(/^-/, ''));
  const descending = sort?.startsWith('-') ?? false;
  const options = Object.entries(FILTERS).map(([value, { label }]) => ({ value, label }));
  const sortingColumn = COLUMNS.find((column) => column.sortingField === field);
  return (
    <Screen title="People" description="The employees who have plans here, or may have them.">
      <Pages
        key={`${q} ${filter} ${sort}`}
        title={q === '' ? FILTERS[filter].label : `Found for “${q}”`}
        queryKey={['participants', q, filter, sort]}
        load={(cursor) =>
          call('GET /participants', {
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
        rowId={(row: Participant) => row.employee_id}
        empty={
          q === '' ? 'Nobody is like this. A census comes by a file.' : 'Nobody has such a name or number.'
        }
        filter={
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <Search
              key="search"
              value={q}
              label="Find a person"
              placeholder="Name, number or email"
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
        columns={COLUMNS}
      />
    </Screen>
  );
}
