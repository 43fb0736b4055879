import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { useAddress } from './address.ts';
import { Choice, useChoice } from './choice.tsx';
import { instant } from './format.ts';
import { Go } from './go.tsx';
import { namesOf } from './names.ts';
import { Pages } from './pages.tsx';
import {
  Amount,
  codeInWords,
  ORDER_APPROVALS,
  PAYMENT_LOOKS,
  Payee,
  PaymentStatus,
  TYPES,
} from './payment.tsx';

const STATUSES = namesOf(PAYMENT_LOOKS);
const KINDS = namesOf(TYPES);
const APPROVALS = namesOf(ORDER_APPROVALS);
const EVERY_MS = 20_000;

/** Those of which the payments are. */
export interface PaymentsOf {
  readonly dividend_id?: string | undefined;
  readonly shareholder_id?: string | undefined;
  readonly plan_id?: string | undefined;
}

interface Props {
  readonly me: Me;
  readonly name: string;
  readonly title: string;
  readonly of: PaymentsOf;
  readonly actions?: ReactNode;
}

/** Movements of money, the newest first. What is filtered stands in the address. */
export function PaymentList({ me, name, title, of, actions }: Props) {
  const [search] = useAddress();
  const status = useChoice('status', STATUSES);
  const type = useChoice('type', KINDS);
  const approval = useChoice('approval', APPROVALS);
  return (
    <Pages
      key={search.toString()}
      name={name}
      title={title}
      queryKey={['payments', 'list', status, type, approval, of]}
      counted
      sorts={['created_at']}
      load={(page) => call('GET /transactions', { query: { ...page, status, type, approval, ...of } })}
      rowId={(row: Row<'GET /transactions'>) => row.id}
      empty="There is none like this."
      everyMs={EVERY_MS}
      filter={
        <SpaceBetween direction="horizontal" size="m" alignItems="center">
          <Choice name="status" label="Status" values={STATUSES} all="Any status" />
          <Choice name="type" label="Kind" values={KINDS} all="All kinds" text={(value) => TYPES[value]} />
          <Choice
            name="approval"
            label="Approval"
            values={APPROVALS}
            all="Approved or not"
            text={(value) => ORDER_APPROVALS[value]}
          />
          {actions}
        </SpaceBetween>
      }
      columns={[
        {
          id: 'ordered',
          header: 'Entered',
          sortingField: 'created_at',
          minWidth: 170,
          isRowHeader: true,
          cell: (row) => <Go to={`/payments/${row.id}`}>{instant(row.created_at, me.tenant?.time_zone)}</Go>,
        },
        { id: 'type', header: 'Kind', cell: (row) => TYPES[row.type] },
        { id: 'payee', header: 'Payee', cell: (row) => <Payee payment={row} /> },
        {
          id: 'amount',
          header: 'Amount',
          minWidth: 140,
          cell: (row) => <Amount amount={row.amount} currency={row.currency} />,
        },
        {
          id: 'status',
          header: 'Status',
          minWidth: 130,
          cell: (row) => <PaymentStatus status={row.status} />,
        },
        {
          id: 'code',
          header: 'Code',
          minWidth: 140,
          cell: (row) => codeInWords(row.return_code, row.return_meaning),
        },
        {
          id: 'approval',
          header: 'Approval',
          cell: (row) => (row.approval === undefined ? '–' : ORDER_APPROVALS[row.approval]),
        },
        { id: 'memo', header: 'Memo', cell: (row) => <span className="long">{row.memo ?? '–'}</span> },
      ]}
    />
  );
}
