import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import { call } from '../../api/call.ts';
import type { Row } from '../../api/routes.ts';
import { day, grouped, instant } from '../../parts/format.ts';
import { Go } from '../../parts/go.tsx';
import { HolderLink, holderOf } from '../../parts/holder.tsx';
import { Pages } from '../../parts/pages.tsx';

type Transfer = Row<'GET /shareholders/transfers'>;

const SORTS = ['effective_date', 'recorded_at'] as const;

/** The register of transfers is searched by these. */
export interface Sought {
  readonly shareholder_id?: string;
  /** The reference of a holder, whose id is looked up. */
  readonly holder?: string;
  readonly security_class?: string;
  readonly from?: string;
  readonly to?: string;
}

interface Props {
  /** The name of the table in the console. */
  readonly name: string;
  readonly sought: Sought;
  readonly zone: string | undefined;
  readonly filter?: ReactNode;
}

export function TransferState({ transfer: { reverses, reversed_by } }: { transfer: Transfer }) {
  if (reverses !== null) return <StatusIndicator type="info">Takes one back</StatusIndicator>;
  if (reversed_by !== null) return <StatusIndicator type="stopped">Taken back</StatusIndicator>;
  return <StatusIndicator type="success">Stands</StatusIndicator>;
}

/** Transfers, as the API finds them. */
export function TransferList({ name, sought, zone, filter }: Props) {
  const { holder, ...query } = sought;
  return (
    <Pages
      key={JSON.stringify(sought)}
      name={name}
      title="Transfers"
      description="The newest first, in the order of recording. A reversal is a transfer of its own."
      queryKey={['transfers', sought]}
      counted
      {...(filter === undefined ? {} : { sorts: SORTS })}
      load={async (page) => {
        const found = holder === undefined ? {} : { shareholder_id: await holderOf(holder) };
        return call('GET /shareholders/transfers', { query: { ...query, ...found, ...page } });
      }}
      rowId={(row: Transfer) => row.transfer_id}
      empty="There is none."
      {...(filter === undefined ? {} : { filter })}
      columns={[
        {
          id: 'effective',
          header: 'Effective',
          sortingField: 'effective_date',
          isRowHeader: true,
          cell: (row) => <Go to={`/transfers/${row.transfer_id}`}>{day(row.effective_date)}</Go>,
        },
        {
          id: 'quantity',
          header: 'Shares',
          cell: (row) => <span className="digits long">{grouped(row.quantity)}</span>,
        },
        { id: 'class', header: 'Class', cell: (row) => row.security_class },
        {
          id: 'from',
          header: 'From',
          cell: (row) => <HolderLink id={row.from_shareholder_id} name={row.from_holder_name} />,
        },
        {
          id: 'to',
          header: 'To',
          cell: (row) => <HolderLink id={row.to_shareholder_id} name={row.to_holder_name} />,
        },
        { id: 'state', header: 'State', minWidth: 140, cell: (row) => <TransferState transfer={row} /> },
        {
          id: 'reason',
          header: 'Reason',
          minWidth: 160,
          cell: (row) => (
            <span className="long" dir="auto">
              {row.reason ?? '–'}
            </span>
          ),
        },
        {
          id: 'recorded',
          header: 'Recorded',
          sortingField: 'recorded_at',
          minWidth: 160,
          cell: (row) => instant(row.recorded_at, zone),
        },
      ]}
    />
  );
}
