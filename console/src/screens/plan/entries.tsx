import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import type { Answer, Row } from '../../api/routes.ts';
import { day, grouped, instant, money, words } from '../../parts/format.ts';
import { Pages } from '../../parts/pages.tsx';
import { CancelGrant, type Grant, WithdrawCancellation } from './cancel-grant.tsx';
import { MakeGrant } from './make-grant.tsx';
import { type Contribution, RecordContribution, ReverseContribution } from './record-contribution.tsx';

interface Props {
  readonly plan: Answer<'GET /plans/{id}'>;
}

/** The grants of a plan of shares, each with what can be done with it. */
export function Grants({ plan, canChange }: Props & { canChange: boolean }) {
  const [isGranting, setGranting] = useState(false);
  const [cancelled, setCancelled] = useState<Grant>();
  const [restored, setRestored] = useState<Grant>();
  return (
    <>
      <Pages
        name="grants"
        title="Grants"
        description="The oldest first."
        queryKey={['plans', plan.id, plan.version, 'grants']}
        load={(page) => call('GET /plans/{id}/grants', { params: { id: plan.id }, query: { ...page } })}
        rowId={(row: Row<'GET /plans/{id}/grants'>) => row.id}
        empty="Nothing was granted yet."
        actions={canChange && <Button onClick={() => setGranting(true)}>Grant shares</Button>}
        columns={[
          { id: 'date', header: 'Granted on', isRowHeader: true, cell: (row) => day(row.grant_date) },
          {
            id: 'quantity',
            header: 'Shares',
            cell: (row) => <span className="digits long">{grouped(row.quantity)}</span>,
          },
          { id: 'start', header: 'Vests from', cell: (row) => day(row.vesting_start) },
          {
            id: 'vested',
            header: 'Vested',
            cell: (row) => <span className="digits long">{grouped(row.vested)}</span>,
          },
          {
            id: 'awaiting',
            header: 'Waits for its event',
            cell: (row) => <span className="digits long">{grouped(row.awaiting_event)}</span>,
          },
          {
            id: 'unvested',
            header: 'Unvested',
            cell: (row) => <span className="digits long">{grouped(row.unvested)}</span>,
          },
          {
            id: 'forfeited',
            header: 'Forfeited',
            cell: (row) => <span className="digits long">{grouped(row.forfeited)}</span>,
          },
          {
            id: 'cancelled',
            header: 'Cancelled',
            cell: (row) => (row.cancelled_on === null ? '–' : day(row.cancelled_on)),
          },
          ...(canChange
            ? [
                {
                  id: 'acts',
                  header: 'Change',
                  minWidth: 150,
                  cell: (row: Grant) => (
                    <SpaceBetween direction="horizontal" size="s">
                      {(row.cancelled_on === null || row.cancelled_on > row.vested_as_of) && (
                        <Button
                          variant="inline-link"
                          ariaLabel={`${row.cancelled_on === null ? 'Cancel' : 'Change the day of'} the grant of ${day(row.grant_date)}`}
                          onClick={() => setCancelled(row)}
                        >
                          {row.cancelled_on === null ? 'Cancel' : 'Change the day'}
                        </Button>
                      )}
                      {row.cancelled_on !== null && row.cancelled_on > row.vested_as_of && (
                        <Button
                          variant="inline-link"
                          ariaLabel={`Withdraw the cancellation of the grant of ${day(row.grant_date)}`}
                          onClick={() => setRestored(row)}
                        >
                          Withdraw
                        </Button>
                      )}
                    </SpaceBetween>
                  ),
                },
              ]
            : []),
        ]}
      />
      {isGranting && <MakeGrant plan={plan} onClose={() => setGranting(false)} />}
      {cancelled !== undefined && (
        <CancelGrant plan={plan} grant={cancelled} onClose={() => setCancelled(undefined)} />
      )}
      {restored !== undefined && (
        <WithdrawCancellation plan={plan} grant={restored} onClose={() => setRestored(undefined)} />
      )}
    </>
  );
}

/** The contributions to a plan of money. */
export function Contributions({
  plan,
  zone,
  canChange,
}: Props & { zone: string | undefined; canChange: boolean }) {
  const [isRecording, setRecording] = useState(false);
  const [reversed, setReversed] = useState<Contribution>();
  return (
    <>
      <Pages
        name="contributions"
        title="Contributions"
        description="In the order in which they moved the balance."
        queryKey={['plans', plan.id, plan.version, 'contributions']}
        counted
        sorts={['effective_date', 'amount']}
        load={(page) =>
          call('GET /plans/{id}/contributions', { params: { id: plan.id }, query: { ...page } })
        }
        rowId={(row: Row<'GET /plans/{id}/contributions'>) => row.id}
        empty="Nothing was paid in yet."
        actions={canChange && <Button onClick={() => setRecording(true)}>Record a contribution</Button>}
        columns={[
          {
            id: 'date',
            header: 'Counts from',
            isRowHeader: true,
            sortingField: 'effective_date',
            cell: (row) => day(row.effective_date),
          },
          { id: 'source', header: 'Source', cell: (row) => words(row.source) },
          {
            id: 'amount',
            header: 'Amount',
            sortingField: 'amount',
            cell: (row) => <span className="digits">{money(row.amount, row.currency)}</span>,
          },
          {
            id: 'balance',
            header: 'Balance after it',
            cell: (row) => <span className="digits">{money(row.balance_after, row.currency)}</span>,
          },
          {
            id: 'reverses',
            header: 'Takes back',
            cell: (row) => (row.reverses === null ? '–' : row.reverses.slice(-6)),
          },
          { id: 'entered', header: 'Entered', cell: (row) => instant(row.created_at, zone) },
          ...(canChange
            ? [
                {
                  id: 'deeds',
                  header: 'Correct',
                  minWidth: 130,
                  cell: (row: Contribution) =>
                    row.reverses === null ? (
                      <Button
                        ariaLabel={`Take back ${money(row.amount, row.currency)} of ${day(row.effective_date)}`}
                        onClick={() => setReversed(row)}
                      >
                        Take back
                      </Button>
                    ) : (
                      '–'
                    ),
                },
              ]
            : []),
        ]}
      />
      {isRecording && <RecordContribution plan={plan} onClose={() => setRecording(false)} />}
      {reversed !== undefined && (
        <ReverseContribution plan={plan} contribution={reversed} onClose={() => setReversed(undefined)} />
      )}
    </>
  );
}
