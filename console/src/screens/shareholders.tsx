import Badge from '@cloudscape-design/components/badge';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TableProps } from '@cloudscape-design/components/table';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { grouped, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Kyc } from '../parts/kyc.tsx';
import { Screen } from '../parts/screen.tsx';
import { SearchedList } from '../parts/searched-list.tsx';
import { EnterHolder } from './shareholder/enter-holder.tsx';

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

const COLUMNS: readonly TableProps.ColumnDefinition<Holder>[] = [
  {
    id: 'name',
    header: 'Name',
    isRowHeader: true,
    sortingField: 'name',
    minWidth: 170,
    cell: (row) => (
      <span className="tight" dir="auto">
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

/** The register: its holders, found, filtered and sorted by the API. What is looked for stands in the address. */
export default function Shareholders({ me }: { me: Me }) {
  const [isEntering, setEntering] = useState(false);
  const [, go] = useLocation();
  return (
    <Screen
      title="Register"
      description="The holders of record, and what they hold in all classes."
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={() => go('/shareholders/of-day')}>Register of a day</Button>
          {operates(me) && (
            <Button variant="primary" onClick={() => setEntering(true)}>
              Enter a holder
            </Button>
          )}
        </SpaceBetween>
      }
    >
      <SearchedList
        name="shareholders"
        filters={FILTERS}
        sorted={SORTED}
        search={{ label: 'Find a holder', placeholder: 'Name, reference or email' }}
        empty={{ found: 'No holder has such a name, reference or email.', listed: 'No holder is like this.' }}
        columns={COLUMNS}
        rowId={(row: Holder) => row.id}
        load={(page, filter, q) =>
          call('GET /shareholders', { query: { ...page, ...FILTERS[filter].query, q } })
        }
      />
      {isEntering && <EnterHolder onClose={() => setEntering(false)} />}
    </Screen>
  );
}
