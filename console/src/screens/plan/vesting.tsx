import SpaceBetween from '@cloudscape-design/components/space-between';
import { call } from '../../api/call.ts';
import type { Answer } from '../../api/routes.ts';
import { ApiCall } from '../../parts/api-call.tsx';
import { AsOf } from '../../parts/as-of.tsx';
import { amountIn, day, grouped, words } from '../../parts/format.ts';
import { Pairs } from '../../parts/pairs.tsx';
import { Rows } from '../../parts/rows.tsx';
import { VestingChart } from '../../parts/vesting-chart.tsx';
import { Accelerations } from './accelerations.tsx';

interface Props {
  readonly plan: Answer<'GET /plans/{id}'>;
  readonly canChange: boolean;
}

/** The calendar of vesting, with a drawing of it and the rule behind each day. */
export function VestingTab({ plan, canChange }: Props) {
  return (
    <SpaceBetween size="m">
      <AsOf
        queryKey={['plans', plan.id, plan.version, 'vesting']}
        load={(query) => call('GET /plans/{id}/vesting', { params: { id: plan.id }, query })}
      >
        {(vesting) => <Vested vesting={vesting} />}
      </AsOf>
      <Accelerations plan={plan} canChange={canChange} />
    </SpaceBetween>
  );
}

function Vested({ vesting }: { vesting: Answer<'GET /plans/{id}/vesting'> }) {
  const { unit, events } = vesting;
  const owned = events.filter(({ kind }) => kind !== 'FORFEITED' && kind !== 'AWAITING');
  const parts = [
    ['Vested', vesting.vested],
    ['Waits for its event', vesting.awaiting_event],
    ['Unvested', vesting.unvested],
    ['Forfeited', vesting.forfeited],
  ] as const;
  return (
    <SpaceBetween size="m">
      <Pairs
        title={`On ${day(vesting.as_of)}`}
        items={parts.map(([label, quantity]) => [
          label,
          <span key={label} className="digits long">
            {amountIn(unit, quantity)}
          </span>,
        ])}
      >
        <VestingChart
          steps={owned}
          whole={owned.at(-1)?.cumulative ?? '0'}
          unit={unit}
          today={vesting.as_of}
        />
      </Pairs>
      <Rows
        name="calendar"
        title="Calendar"
        description="Each day on which something vests, and the rule by which it does. What is a person’s own from the day of pay, such as their deferrals, isn’t listed."
        items={events}
        rowId={(event) =>
          `${event.grant_id ?? ''} ${event.date} ${event.kind} ${event.cumulative} ${event.why}`
        }
        empty="Nothing vests: there is no employer’s money and no grant."
        columns={[
          { id: 'date', header: 'Day', isRowHeader: true, minWidth: 110, cell: (row) => day(row.date) },
          { id: 'kind', header: 'What', minWidth: 110, cell: (row) => words(row.kind) },
          {
            id: 'quantity',
            header: unit === 'shares' ? 'Shares' : unit,
            minWidth: 110,
            cell: (row) => <span className="digits long">{grouped(row.quantity)}</span>,
          },
          {
            id: 'cumulative',
            header: 'Vested by then',
            minWidth: 110,
            cell: (row) => <span className="digits long">{grouped(row.cumulative)}</span>,
          },
          { id: 'why', header: 'Why', minWidth: 200, cell: (row) => row.why },
        ]}
      />
      <ApiCall answer={vesting} />
    </SpaceBetween>
  );
}
