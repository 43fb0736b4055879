import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { useAddress } from '../parts/address.ts';
import { Choice, useChoice } from '../parts/choice.tsx';
import { instant } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { namesOf } from '../parts/names.ts';
import { Pages } from '../parts/pages.tsx';
import {
  Amount,
  codeInWords,
  ORDER_APPROVALS,
  PAYMENT_LOOKS,
  Payee,
  PaymentStatus,
  TYPES,
} from '../parts/payment.tsx';
import { Screen } from '../parts/screen.tsx';

const STATUSES = namesOf(PAYMENT_LOOKS);
const KINDS = namesOf(TYPES);
const APPROVALS = namesOf(ORDER_APPROVALS);
const EVERY_MS = 20_000;

/** Movements of money: what is filtered stands in the address, also that they are of one holder, plan or dividend. */
export default function Payments({ me }: { me: Me }) {
  const [search, set] = useAddress();
  const status = useChoice('status', STATUSES);
  const type = useChoice('type', KINDS);
  const approval = useChoice('approval', APPROVALS);
  const of = {
    dividend_id: search.get('dividend_id') ?? undefined,
    shareholder_id: search.get('shareholder_id') ?? undefined,
    plan_id: search.get('plan_id') ?? undefined,
  };
  const isOfOne = Object.values(of).some((id) => id !== undefined);
  return (
    <Screen
      title="Payments"
      description="What was ordered, what the bank has, what came back. The newest first."
    >
      <Pages
        key={search.toString()}
        name="payments"
        title={isOfOne ? 'Of one only' : 'Payments'}
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
            {isOfOne && (
              <Button onClick={() => set({ dividend_id: '', shareholder_id: '', plan_id: '' })}>
                Show everybody’s
              </Button>
            )}
          </SpaceBetween>
        }
        columns={[
          {
            id: 'ordered',
            header: 'Entered',
            sortingField: 'created_at',
            minWidth: 170,
            isRowHeader: true,
            cell: (row) => (
              <Go to={`/payments/${row.id}`}>{instant(row.created_at, me.tenant?.time_zone)}</Go>
            ),
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
    </Screen>
  );
}
