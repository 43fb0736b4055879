import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { day, grouped, instant, money, words } from './format.ts';
import { Go } from './go.tsx';
import { Pages } from './pages.tsx';

const EVERY_MS = 60_000;
const SHORT = '10';

/** The dividends of an issuer, the newest first. */
export function DividendList({ me }: { me: Me }) {
  return (
    <Pages
      name="dividends"
      title="Dividends"
      description="The newest first."
      queryKey={['dividends', 'list']}
      counted
      sorts={['payable_date', 'record_date', 'created_at']}
      load={(page) => call('GET /dividends', { query: { ...page, limit: page.limit ?? SHORT } })}
      rowId={(row: Row<'GET /dividends'>) => row.id}
      empty="None has been declared."
      everyMs={EVERY_MS}
      columns={[
        {
          id: 'payable',
          header: 'Payable',
          sortingField: 'payable_date',
          isRowHeader: true,
          cell: (row) => <Go to={`/dividends/${row.id}`}>{day(row.payable_date)}</Go>,
        },
        {
          id: 'record',
          header: 'Record date',
          sortingField: 'record_date',
          cell: (row) => day(row.record_date),
        },
        { id: 'class', header: 'Class', cell: (row) => row.security_class },
        { id: 'state', header: 'State', cell: (row) => words(row.state) },
        { id: 'approval', header: 'Approval', cell: (row) => words(row.approval) },
        {
          id: 'holders',
          header: 'Holders',
          cell: (row) => (row.holders === null ? '–' : grouped(String(row.holders))),
        },
        {
          id: 'total',
          header: 'Total',
          cell: (row) => (
            <span className="digits">{money(row.total_amount ?? row.total_pool, row.currency)}</span>
          ),
        },
        {
          id: 'declared',
          header: 'Declared',
          sortingField: 'created_at',
          cell: (row) => instant(row.created_at, me.tenant?.time_zone),
        },
      ]}
    />
  );
}
