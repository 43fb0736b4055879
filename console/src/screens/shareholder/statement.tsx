import SpaceBetween from '@cloudscape-design/components/space-between';
import { call, table } from '../../api/call.ts';
import type { Row } from '../../api/routes.ts';
import type { Me } from '../../frame/me.ts';
import { useAddress } from '../../parts/address.ts';
import { DayField } from '../../parts/day-field.tsx';
import { day, grouped, money, words } from '../../parts/format.ts';
import { Pages } from '../../parts/pages.tsx';
import { StatementPdf } from '../../parts/statement-pdf.tsx';

/** A holder between two days, also as a file of a spreadsheet and as one to be printed. */
export function Statement({ id, me }: { id: string; me: Me }) {
  const [search, set] = useAddress();
  const from = search.get('from') || undefined;
  const to = search.get('to') || undefined;
  const query = { from, to };
  const days = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="m" alignItems="end">
        <DayField label="From" value={from ?? ''} onChange={(on) => set({ from: on })} />
        <DayField label="To" value={to ?? ''} onChange={(on) => set({ to: on })} />
        <StatementPdf me={me} report="statement" parameters={{ id, ...days }} />
      </SpaceBetween>
      <Pages
        key={`${from} ${to}`}
        name="statement"
        title="Statement"
        description="The last thirty days, or those between the two days."
        queryKey={['shareholders', id, 'statement', query]}
        load={(page) =>
          call('GET /shareholders/{id}/statement', { params: { id }, query: { ...query, ...page } })
        }
        rowId={(row: Row<'GET /shareholders/{id}/statement'>) =>
          `${row.day} ${row.kind} ${row.reference} ${row.security_class} ${row.amount} ${row.balance}`
        }
        empty="Nothing happened in these days."
        file={() => table('GET /shareholders/{id}/statement', { params: { id }, query })}
        columns={[
          { id: 'day', header: 'Day', isRowHeader: true, cell: (row) => day(row.day) },
          { id: 'kind', header: 'What', minWidth: 140, cell: (row) => words(row.kind) },
          { id: 'class', header: 'Class', cell: (row) => row.security_class ?? '–' },
          {
            id: 'quantity',
            header: 'Shares',
            cell: (row) => (
              <span className="digits long">{row.quantity === null ? '–' : grouped(row.quantity)}</span>
            ),
          },
          {
            id: 'balance',
            header: 'After it',
            cell: (row) => (
              <span className="digits long">{row.balance === null ? '–' : grouped(row.balance)}</span>
            ),
          },
          {
            id: 'amount',
            header: 'Amount',
            cell: (row) => <span className="digits long">{money(row.amount, row.currency ?? '')}</span>,
          },
          { id: 'note', header: 'Note', cell: (row) => <span className="long">{row.note ?? '–'}</span> },
        ]}
      />
    </SpaceBetween>
  );
}
