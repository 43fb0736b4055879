import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { call, table } from '../../api/call.ts';
import type { Answer, Row } from '../../api/routes.ts';
import { useAddress } from '../../parts/address.ts';
import { DayField } from '../../parts/day-field.tsx';
import { day, grouped, money, words } from '../../parts/format.ts';
import { Pages } from '../../parts/pages.tsx';
import { ProblemAlert } from '../../parts/problem-alert.tsx';
import { save } from '../../parts/save.ts';

interface Props {
  readonly plan: Answer<'GET /plans/{id}'>;
}

/** A plan between two days, also as a file. */
export function Statement({ plan }: Props) {
  const [search, set] = useAddress();
  const query = { from: search.get('from') || undefined, to: search.get('to') || undefined };
  const file = useMutation({
    mutationFn: () => table('GET /plans/{id}/statement', { params: { id: plan.id }, query }),
    onSuccess: (csv) => save(csv, `statement-${plan.plan_type}-${plan.employee_id}.csv`),
  });
  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="m">
        <DayField label="From" value={query.from ?? ''} onChange={(from) => set({ from })} />
        <DayField label="To" value={query.to ?? ''} onChange={(to) => set({ to })} />
      </SpaceBetween>
      {file.error !== null && <ProblemAlert problem={file.error} />}
      <Pages
        key={`${query.from} ${query.to}`}
        title="Statement"
        description="The last thirty days, or those between the two days."
        queryKey={['plans', plan.id, plan.version, 'statement', query]}
        load={(cursor) =>
          call('GET /plans/{id}/statement', { params: { id: plan.id }, query: { ...query, cursor } })
        }
        rowId={(row: Row<'GET /plans/{id}/statement'>) =>
          `${row.day} ${row.kind} ${row.reference} ${row.balance}`
        }
        empty="Nothing happened in these days."
        actions={
          <Button iconName="download" loading={file.isPending} onClick={() => file.mutate()}>
            Save as CSV
          </Button>
        }
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
