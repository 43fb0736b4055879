import type { ReactNode } from 'react';
import type { Row } from '../api/routes.ts';
import { day, grouped, money, words } from './format.ts';
import { Go } from './go.tsx';
import { type Page, Pages, type Paging } from './pages.tsx';

export type PlanRow = Row<'GET /plans'>;

interface Props {
  readonly title: string;
  readonly empty: string;
  readonly queryKey: readonly unknown[];
  /** Whether the person is named too: not in a list of one person’s own. */
  readonly people?: boolean;
  readonly filter?: ReactNode;
  load(page: Paging): Promise<Page<PlanRow>>;
}

/** Shares for a plan with grants, money for any other. */
export function worth({ granted, currency }: PlanRow, quantity: string | null): string {
  if (quantity === null) return '–';
  return granted === null ? money(quantity, currency) : `${grouped(quantity)} shares`;
}

/** Plans, with what is in them and what of it is the employee’s. */
export function PlanList({ title, empty, queryKey, people = false, filter, load }: Props) {
  return (
    <Pages
      name="plans"
      title={title}
      queryKey={queryKey}
      counted
      load={load}
      rowId={(row: PlanRow) => row.id}
      empty={empty}
      {...(filter === undefined ? {} : { filter })}
      columns={[
        {
          id: 'type',
          header: 'Plan',
          isRowHeader: true,
          cell: (row) => <Go to={`/plans/${row.id}`}>{row.plan_type}</Go>,
        },
        ...(people
          ? [
              {
                id: 'person',
                header: 'Person',
                cell: (row: PlanRow) => (
                  <span className="long" dir="auto">
                    <Go to={`/participants/${encodeURIComponent(row.employee_id)}`}>
                      {row.participant_name ?? row.employee_id}
                    </Go>
                  </span>
                ),
              },
            ]
          : []),
        { id: 'status', header: 'Status', cell: (row) => words(row.status) },
        {
          id: 'balance',
          header: 'In it',
          cell: (row) => <span className="digits long">{worth(row, row.granted ?? row.balance)}</span>,
        },
        {
          id: 'vested',
          header: 'Vested',
          cell: (row) => <span className="digits long">{worth(row, row.vested_balance)}</span>,
        },
        ...(people
          ? [
              {
                id: 'held',
                header: 'Unvested, held',
                cell: (row: PlanRow) => (
                  <span className="digits">
                    {row.granted === null ? money(row.forfeitable, row.currency) : '–'}
                  </span>
                ),
              },
            ]
          : []),
        { id: 'as-of', header: 'As of', cell: (row) => day(row.vested_as_of) },
        { id: 'since', header: 'Since', cell: (row) => day(row.enrolled_on) },
        {
          id: 'statement',
          header: 'Statement',
          cell: (row) => <Go to={`/plans/${row.id}?tab=statement`}>Statement</Go>,
        },
      ]}
    />
  );
}
