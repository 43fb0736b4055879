import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import { call } from '../../api/call.ts';
import type { Row } from '../../api/routes.ts';
import { day, grouped, instant, words } from '../../parts/format.ts';
import { Go } from '../../parts/go.tsx';
import { Pages } from '../../parts/pages.tsx';

export type Split = Row<'GET /corporate-actions'>;

const SORTS = ['effective_date'] as const;
const LOOKS: Readonly<Record<Split['state'], StatusIndicatorProps.Type>> = {
  SCHEDULED: 'pending',
  APPLYING: 'in-progress',
  APPLIED: 'success',
  REVERSING: 'in-progress',
  REVERSED: 'stopped',
};

export const FRACTIONS: Readonly<Record<Split['fractions'], string>> = {
  KEEP: 'Are kept, to 8 decimal places',
  ROUND_DOWN: 'Are rounded down to whole shares',
  CASH: 'Are paid in cash',
};

export function SplitState({ state }: { state: Split['state'] }) {
  return <StatusIndicator type={LOOKS[state]}>{words(state)}</StatusIndicator>;
}

/** `3 for 2`: the shares that a holder has for those that there were. */
export function ratioOf({ numerator, denominator }: Pick<Split, 'numerator' | 'denominator'>): string {
  return `${grouped(String(numerator))} for ${grouped(String(denominator))}`;
}

const EVERY_MS = 20_000;

interface Props {
  /** The name of the table in the console. */
  readonly name: string;
  /** Empty for those of every class. */
  readonly securityClass: string;
  readonly zone: string | undefined;
  readonly filter?: ReactNode;
}

export function SplitList({ name, securityClass, zone, filter }: Props) {
  const shares = (quantity: string | null) =>
    quantity === null ? '–' : <span className="digits long">{grouped(quantity)}</span>;
  return (
    <Pages
      key={securityClass}
      name={name}
      title="Splits"
      description="The newest first. One that waits for a second person is among the approvals."
      queryKey={['corporate-actions', securityClass]}
      counted
      {...(filter === undefined ? {} : { sorts: SORTS })}
      load={(page) =>
        call('GET /corporate-actions', {
          query: { ...page, ...(securityClass === '' ? {} : { security_class: securityClass }) },
        })
      }
      rowId={(row: Split) => row.id}
      empty="None was approved yet."
      everyMs={EVERY_MS}
      {...(filter === undefined ? {} : { filter })}
      columns={[
        {
          id: 'effective',
          header: 'Effective',
          sortingField: 'effective_date',
          isRowHeader: true,
          cell: (row) => <Go to={`/splits/${row.id}`}>{day(row.effective_date)}</Go>,
        },
        { id: 'ratio', header: 'Ratio', cell: (row) => ratioOf(row) },
        { id: 'class', header: 'Class', cell: (row) => row.security_class },
        { id: 'state', header: 'State', minWidth: 130, cell: (row) => <SplitState state={row.state} /> },
        { id: 'before', header: 'Shares before', cell: (row) => shares(row.before) },
        { id: 'after', header: 'After', cell: (row) => shares(row.after) },
        {
          id: 'applied',
          header: 'Applied',
          minWidth: 160,
          cell: (row) => (row.applied_at === null ? '–' : instant(row.applied_at, zone)),
        },
      ]}
    />
  );
}
