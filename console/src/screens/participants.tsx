import type { TableProps } from '@cloudscape-design/components/table';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import { day } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Kyc } from '../parts/kyc.tsx';
import { Screen } from '../parts/screen.tsx';
import { SearchedList } from '../parts/searched-list.tsx';

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
    minWidth: 170,
    cell: (row) => (
      <span className="tight" dir="auto">
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
  return (
    <Screen title="People" description="The employees who have plans here, or may have them.">
      <SearchedList
        name="participants"
        filters={FILTERS}
        sorted={SORTED}
        search={{ label: 'Find a person', placeholder: 'Name, number or email' }}
        empty={{
          found: 'Nobody has such a name or number.',
          listed: 'Nobody is like this. A census comes by a file.',
        }}
        columns={COLUMNS}
        rowId={(row: Participant) => row.employee_id}
        load={(page, filter, q) =>
          call('GET /participants', { query: { ...page, ...FILTERS[filter].query, q } })
        }
      />
    </Screen>
  );
}
