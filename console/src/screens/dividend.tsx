import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, isProblem } from '../api/call.ts';
import type { Answer, Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act, Proposed, proposedBy, Waits } from '../parts/act.tsx';
import { useAddress } from '../parts/address.ts';
import { Choice, useChoice } from '../parts/choice.tsx';
import { counted, day, grouped, instant, money, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { HolderLink } from '../parts/holder.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { codeInWords } from '../parts/payment.tsx';
import { Screen } from '../parts/screen.tsx';
import { historyTab } from '../parts/trail.tsx';
import { Correct } from './dividend/correct.tsx';

type Seen = Answer<'GET /dividends/{id}'>;

const ABOVE = { text: 'Dividends', path: '/dividends' };
const EVERY_MS = 5_000;
const DONE = ['PAID', 'CANCELLED'];
/** A debt is corrected once all of it has a payment. */
const CORRECTABLE = ['PENDING', 'PAYING', 'PAID'];
const STANDINGS = [
  ...(['PENDING', 'SENT', 'SETTLED', 'FAILED', 'CANCELLED'] as const),
  ...(['RETURNED', 'DENIED', 'ADJUSTED'] as const),
];

const TABS = ['payments', 'lines', 'blocked', 'history'] as const;

/** A dividend: its terms, what is paid and what isn't, each entitlement, and whom nothing can be paid to. */
export default function Dividend({ id, me }: { id: string; me: Me }) {
  const [, set] = useAddress();
  const tab = useChoice('tab', TABS) ?? 'lines';
  const query = useQuery({
    queryKey: ['dividends', id],
    queryFn: () => call('GET /dividends/{id}', { params: { id } }),
    refetchInterval: ({ state }) => (state.data && DONE.includes(state.data.state) ? false : EVERY_MS),
  });
  const [proposed, setProposed] = useState<string>();
  const { data } = query;
  if (data === undefined) return <Opening title="Dividend" above={ABOVE} query={query} />;
  return (
    <Screen
      title={`Dividend of ${day(data.payable_date)}`}
      description={data.security_class}
      above={ABOVE}
      actions={operates(me) && <DividendDeeds dividend={data} onProposed={setProposed} />}
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      <Terms dividend={data} zone={me.tenant?.time_zone} />
      {data.entitled_amount !== null && <Standing dividend={data} />}
      {data.holders !== null && <PaymentRun id={id} zone={me.tenant?.time_zone} />}
      {data.holders !== null && (
        <Tabs
          activeTabId={tab}
          onChange={({ detail }) => set({ tab: detail.activeTabId, state: '' })}
          tabs={[
            { id: 'lines', label: 'Entitlements', content: <Lines id={id} currency={data.currency} /> },
            { id: 'payments', label: 'Payments', content: <Payments id={id} /> },
            { id: 'blocked', label: 'Can’t be paid now', content: <Blocked id={id} /> },
            ...historyTab(me, `dividends/${id}`),
          ]}
        />
      )}
    </Screen>
  );
}

function Terms({ dividend, zone }: { dividend: Seen; zone: string | undefined }) {
  const { currency, rate_per_share: rate, total_pool: pool } = dividend;
  return (
    <Pairs
      title="Terms"
      answer={dividend}
      items={[
        ['State', words(dividend.state)],
        [
          'Approval',
          dividend.approval === 'REQUIRED' ? (
            <Waits key="approval" kind="dividend" id={dividend.id} />
          ) : (
            words(dividend.approval)
          ),
        ],
        ['Record date', day(dividend.record_date)],
        ['Payable', day(dividend.payable_date)],
        rate === undefined ? ['Pool', money(pool, currency)] : ['Rate per share', money(rate, currency)],
        ['Declared', `${day(dividend.declaration_date)}, entered ${instant(dividend.created_at, zone)}`],
        ['Frozen from', dividend.frozen_from === undefined ? 'Frozen' : day(dividend.frozen_from)],
        ['Holders', dividend.holders === null ? '–' : grouped(String(dividend.holders))],
      ]}
    />
  );
}

function Standing({ dividend }: { dividend: Seen }) {
  const { currency, reconciled, reconciliation } = dividend;
  const amount = (value: string | null) => <span className="digits">{money(value, currency)}</span>;
  return (
    <Pairs
      title="Where the money is"
      items={[
        ['Entitled', amount(dividend.entitled_amount)],
        ['Withheld for tax', amount(dividend.tax_amount)],
        ['Paid', amount(dividend.paid_amount)],
        ['On its way', amount(dividend.in_flight_amount)],
        ['Unpaid', amount(dividend.unpaid_amount)],
        ['Came back', amount(dividend.returned_amount)],
        [
          'Corrections',
          <SpaceBetween key="corrections" direction="horizontal" size="xs">
            {amount(dividend.adjusted_amount)}
            <Go to="/approvals?kind=dividend-adjustment">What waits</Go>
          </SpaceBetween>,
        ],
        ['Rounding', amount(dividend.residual)],
        [
          'Lines and payments',
          <StatusIndicator key="reconciled" type={reconciled ? 'success' : 'pending'}>
            {reconciled ? 'Agree' : `${grouped(String(reconciliation.unmatched))} unmatched`}
          </StatusIndicator>,
        ],
      ]}
    />
  );
}

/** The things that are done to a dividend: an order to pay covers all that waits, or what was tried before. */
type Deed = 'pay' | 'again' | 'cancel' | 'correct';

const VERBS: Readonly<Record<Deed, string>> = {
  correct: 'Correct it',
  pay: 'Pay it',
  again: 'Pay the unpaid again',
  cancel: 'Cancel the dividend',
};
const ASKS: Readonly<Record<Exclude<Deed, 'correct'>, string>> = {
  pay: 'Every payment that waits is ordered; before the payable date it begins by itself on that day. Holders who can’t be paid now are passed over.',
  again:
    'What was cancelled or denied, has failed or come back is paid once more, as far as it can be paid now.',
  cancel: 'Nobody is paid. A dividend that was approved is cancelled once a second person approves that too.',
};

interface DividendDeedsProps {
  readonly dividend: Seen;
  onProposed(approvalId: string): void;
}

function DividendDeeds({ dividend, onProposed }: DividendDeedsProps) {
  const { id, version, ...of } = dividend;
  const [deed, setDeed] = useState<Deed>();
  const queries = useQueryClient();
  const isFrozen = of.holders !== null && of.state !== 'CANCELLED';
  const isOwed = isFrozen && of.approval !== 'REQUIRED' && of.approval !== 'DENIED' && of.state !== 'PAID';
  const offered: readonly [Deed, boolean][] = [
    ['cancel', of.state === 'DECLARED' || of.state === 'SNAPSHOT' || of.state === 'PENDING'],
    ['correct', CORRECTABLE.includes(of.state)],
    ['again', isOwed && of.state === 'PAYING'],
    ['pay', isOwed],
  ];
  const shared = { params: { id }, version } as const;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {offered.map(
        ([one, isOffered]) =>
          isOffered && (
            <Button key={one} variant={one === 'pay' ? 'primary' : 'normal'} onClick={() => setDeed(one)}>
              {VERBS[one]}
            </Button>
          ),
      )}
      {deed === 'correct' && (
        <Correct dividend={dividend} onProposed={onProposed} onClose={() => setDeed(undefined)} />
      )}
      {deed !== undefined && deed !== 'correct' && (
        <Act<object>
          key={deed}
          verb={VERBS[deed]}
          asks={ASKS[deed]}
          content={`${deed} ${version}`}
          send={({ key }) =>
            deed === 'cancel'
              ? call('POST /dividends/{id}/cancel', { ...shared, key })
              : call('POST /dividends/{id}/disburse', {
                  ...{ ...shared, key },
                  ...(deed === 'again' ? { body: { only: 'UNPAID' as const } } : {}),
                })
          }
          onDone={(answer) => {
            const request = proposedBy(answer);
            if (request !== undefined) onProposed(request);
            else if (deed !== 'cancel') queries.setQueryData(['dividends', id, 'run'], answer);
          }}
          onClose={() => setDeed(undefined)}
        />
      )}
    </SpaceBetween>
  );
}

/** The order to pay a dividend, if there is one. */
function useRun(id: string, isAsked: boolean) {
  return useQuery({
    queryKey: ['dividends', id, 'run'],
    queryFn: async () => {
      try {
        return await call('GET /dividends/{id}/disburse', { params: { id } });
      } catch (error) {
        // Nobody has ordered it.
        if (isProblem(error) && error.status === 404) return null;
        throw error;
      }
    },
    enabled: isAsked,
    refetchInterval: ({ state }) => (state.data?.state === 'DONE' ? false : EVERY_MS),
    select: (run) => run ?? undefined,
  });
}

function PaymentRun({ id, zone }: { id: string; zone: string | undefined }) {
  const [isAsked, ask] = useState(false);
  const { data: run, isFetched } = useRun(id, isAsked);
  if (run === undefined)
    return isFetched ? (
      <Alert type="info">Nobody has ordered to pay it as a whole.</Alert>
    ) : (
      <Button onClick={() => ask(true)}>The order to pay it</Button>
    );
  const number = (value: number) => <span className="digits">{grouped(String(value))}</span>;
  const state = { SCHEDULED: 'pending', RUNNING: 'in-progress', DONE: 'success' } as const;
  return (
    <Pairs
      title={run.only === 'UNPAID' ? 'The order to pay the unpaid again' : 'The order to pay'}
      answer={run}
      items={[
        [
          'State',
          <StatusIndicator key="state" type={state[run.state]}>
            {words(run.state)}
          </StatusIndicator>,
        ],
        ['Ordered', number(run.ordered)],
        ['Waits', number(run.pending)],
        ['At the bank', number(run.sent)],
        ['Settled', number(run.settled)],
        ['Failed or cancelled', number(run.failed + run.cancelled)],
        ['Came back', number(run.returned)],
        ['Passed over', `${run.without_kyc} not verified, ${run.without_account} without an account`],
        ['Begun', instant(run.started_at, zone)],
      ]}
    >
      {run.never_ordered !== undefined && run.never_ordered > 0 && (
        <Alert type="warning" header="It has not ordered everything">
          {run.only === 'UNPAID'
            ? `${counted(run.never_ordered, 'payment was', 'payments were')} never ordered: this order was of those that had been tried before. Pay the dividend to order the others.`
            : `${counted(run.never_ordered, 'payment was', 'payments were')} passed over. Pay the dividend again once the holders are verified and have an account.`}
        </Alert>
      )}
    </Pairs>
  );
}

function Payments({ id }: { id: string }) {
  const state = useChoice('state', STANDINGS);
  return (
    <Pages
      key={state ?? ''}
      name="dividend-payments"
      title="Payments"
      description="All of them, those that were made again included."
      queryKey={['dividends', id, 'payments', state]}
      counted
      load={(page) => call('GET /dividends/{id}/payments', { params: { id }, query: { ...page, state } })}
      rowId={(row: Row<'GET /dividends/{id}/payments'>) => row.id}
      empty="There is none like this."
      filter={
        <SpaceBetween direction="horizontal" size="m">
          <Choice name="state" label="State" values={STANDINGS} all="Any state" />
        </SpaceBetween>
      }
      columns={[
        {
          id: 'payment',
          header: 'Payment',
          isRowHeader: true,
          cell: (row) => <Go to={`/payments/${row.id}`}>Payment {row.id.slice(-6)}</Go>,
        },
        {
          id: 'holder',
          header: 'Holder',
          cell: (row) => <HolderLink id={row.shareholder_id} name={row.payee_name ?? row.external_ref} />,
        },
        {
          id: 'amount',
          header: 'Amount',
          cell: (row) => <span className="digits">{money(row.amount, row.currency)}</span>,
        },
        { id: 'state', header: 'State', cell: (row) => words(row.state) },
        { id: 'code', header: 'Code', cell: (row) => codeInWords(row.return_code, row.return_meaning) },
        {
          id: 'again',
          header: 'Made again by',
          cell: (row) =>
            row.replaced_by === undefined ? (
              '–'
            ) : (
              <Go to={`/payments/${row.replaced_by}`}>Payment {row.replaced_by.slice(-6)}</Go>
            ),
        },
      ]}
    />
  );
}

function Lines({ id, currency }: { id: string; currency: string }) {
  return (
    <Pages
      name="entitlements"
      title="Entitlements"
      queryKey={['dividends', id, 'lines']}
      counted
      load={(page) => call('GET /dividends/{id}/lines', { params: { id }, query: { ...page } })}
      rowId={(row: Row<'GET /dividends/{id}/lines'>) => `${row.shareholder_id} ${row.adjustment?.id ?? ''}`}
      empty="Nobody is entitled."
      columns={[
        {
          id: 'holder',
          header: 'Holder',
          isRowHeader: true,
          cell: (row) => <HolderLink id={row.shareholder_id} name={row.holder_name} />,
        },
        {
          id: 'holdings',
          header: 'Shares',
          cell: (row) => <span className="digits">{grouped(row.holdings)}</span>,
        },
        {
          id: 'amount',
          header: 'Amount',
          cell: (row) => <span className="digits">{money(row.amount, currency)}</span>,
        },
        {
          id: 'withheld',
          header: 'Withheld',
          cell: (row) => (
            <span className="digits">
              {money(row.withheld, currency)}
              {row.withholding !== undefined &&
                `, ${words(row.withholding.rule).toLowerCase()} ${row.withholding.rate} %`}
            </span>
          ),
        },
        {
          id: 'status',
          header: 'Payment',
          cell: (row) =>
            row.transaction_id === null || row.status === null ? (
              '–'
            ) : (
              <Go to={`/payments/${row.transaction_id}`}>{words(row.status)}</Go>
            ),
        },
        {
          id: 'note',
          header: 'Correction',
          minWidth: 160,
          cell: ({ adjustment: made }) =>
            made === undefined ? (
              '–'
            ) : (
              <span className="tight" dir="auto">
                {made.reason} ({day(made.date)})
              </span>
            ),
        },
      ]}
    />
  );
}

function Blocked({ id }: { id: string }) {
  return (
    <Pages
      name="blocked"
      title="Can’t be paid now"
      description="Each holder with all that stands in the way."
      queryKey={['dividends', id, 'blocked']}
      load={(page) => call('GET /dividends/{id}/blocked', { params: { id }, query: { ...page } })}
      rowId={(row: Row<'GET /dividends/{id}/blocked'>) => `${row.shareholder_id} ${row.adjustment_id ?? ''}`}
      empty="Everybody who is owed something can be paid."
      columns={[
        {
          id: 'name',
          header: 'Holder',
          isRowHeader: true,
          cell: (row) => (
            <span className="long" dir="auto">
              <Go to={`/shareholders/${row.shareholder_id}`}>{row.name}</Go>
            </span>
          ),
        },
        { id: 'ref', header: 'Reference', cell: (row) => row.external_ref },
        {
          id: 'amount',
          header: 'Amount',
          cell: (row) => <span className="digits">{money(row.amount, row.currency)}</span>,
        },
        { id: 'why', header: 'Why', cell: (row) => row.reasons.map(words).join(', ') },
      ]}
    />
  );
}
