import SpaceBetween from '@cloudscape-design/components/space-between';
import { call, table } from '../../api/call.ts';
import type { Answer, Row } from '../../api/routes.ts';
import type { Me } from '../../frame/me.ts';
import { useAddress } from '../../parts/address.ts';
import { DayField } from '../../parts/day-field.tsx';
import { day, grouped, money, words } from '../../parts/format.ts';
import { Pages } from '../../parts/pages.tsx';
import { StatementPdf } from '../../parts/statement-pdf.tsx';

interface Props {
  readonly plan: Answer<'GET /plans/{id}'>;
  readonly me: Me;
}

/** A plan between two days, also as a file. */
export function Statement({ plan, me }: Props) {
  const [search, set] = useAddress();
  const query = { from: search.get('from') || undefined, to: search.get('to') || undefined };
  const { from, to } = query;
  const days = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="m" alignItems="end">
        <DayField label="From" value={query.from ?? ''} onChange={(on) => set({ from: on })} />
        <DayField label="To" value={query.to ?? ''} onChange={(on) => set({ to: on })} />
        <StatementPdf me={me} report="plan-statement" parameters={{ id: plan.id, ...days }} />
      </SpaceBetween>
      <Pages
        key={`${query.from} ${query.to}`}
        name="plan-statement"
        title="Statement"
        description="The last thirty days, or those between the two days."
        queryKey={['plans', plan.id, plan.version, 'statement', query]}
        load={(page) =>
          call('GET /plans/{id}/statement', { params: { id: plan.id }, query: { ...query, ...page } })
        }
        rowId={(row: Row<'GET /plans/{id}/statement'>) =>
          `${row.day} ${row.kind} ${row.reference} ${row.balance}`
        }
        empty="Nothing happened in these days."
        file={() => table('GET /plans/{id}/statement', { params: { id: plan.id }, query })}
        columns={[
          { id: 'day', header: 'Day', isRowHeader: true, cell: (row) => day(row.day) },
          { id: 'kind', header: 'What', cell: (row) => words(row.kind) },
          { id: 'source', header: 'Source', cell: (row) => (row.source === null ? '–' : words(row.source)) },
          {
            id: 'amount',
            header: plan.granted === null ? 'Amount' : 'Shares',
            cell: (row) => (
              <span className="digits long">
                {row.amount === null ? grouped(row.quantity ?? '0') : money(row.amount, plan.currency)}
              </span>
            ),
          },
          {
            id: 'balance',
            header: 'After it',
            cell: (row) => (
              <span className="digits long">{row.balance === null ? '–' : grouped(row.balance)}</span>
            ),
          },
          { id: 'note', header: 'Note', cell: (row) => row.note ?? '–' },
        ]}
      />
    </SpaceBetween>
  );
}
