import Button from '@cloudscape-design/components/button';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { Answer, Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { useAddress } from '../parts/address.ts';
import { day, grouped, instant, money, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';

type Seen = Answer<'GET /dividends/{id}'>;

const ABOVE = { text: 'Dividends', path: '/dividends' };
const EVERY_MS = 5_000;
const DONE = ['PAID', 'CANCELLED'];

/** A dividend: its terms, what is paid and what isn't, each entitlement, and whom nothing can be paid to. */
export default function Dividend({ id, me }: { id: string; me: Me }) {
  const [search, set] = useAddress();
  const { data, error, refetch } = useQuery({
    queryKey: ['dividends', id],
    queryFn: () => call('GET /dividends/{id}', { params: { id } }),
    refetchInterval: ({ state }) => (state.data && DONE.includes(state.data.state) ? false : EVERY_MS),
  });
  if (data === undefined)
    return (
      <Screen title="Dividend" above={ABOVE}>
        {error !== null && (
          <ProblemAlert problem={error} action={<Button onClick={() => void refetch()}>Look again</Button>} />
        )}
      </Screen>
    );
  return (
    <Screen title={`Dividend of ${day(data.payable_date)}`} description={data.security_class} above={ABOVE}>
      <Terms dividend={data} zone={me.tenant?.time_zone} />
      {data.entitled_amount !== null && <Standing dividend={data} />}
      {data.holders !== null && (
        <Tabs
          activeTabId={search.get('tab') ?? 'lines'}
          onChange={({ detail }) => set({ tab: detail.activeTabId })}
          tabs={[
            { id: 'lines', label: 'Entitlements', content: <Lines id={id} currency={data.currency} /> },
            { id: 'blocked', label: 'Can’t be paid now', content: <Blocked id={id} /> },
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
            <Go key="approval" to="/approvals?kind=dividend">
              Waits for a second person
            </Go>
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
        ['Paid', amount(dividend.paid_amount)],
        ['On its way', amount(dividend.in_flight_amount)],
        ['Unpaid', amount(dividend.unpaid_amount)],
        ['Came back', amount(dividend.returned_amount)],
        ['Corrections', amount(dividend.adjusted_amount)],
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

function Lines({ id, currency }: { id: string; currency: string }) {
  return (
    <Pages
      title="Entitlements"
      queryKey={['dividends', id, 'lines']}
      load={(cursor) => call('GET /dividends/{id}/lines', { params: { id }, query: { cursor } })}
      rowId={(row: Row<'GET /dividends/{id}/lines'>) => `${row.shareholder_id} ${row.adjustment?.id ?? ''}`}
      empty="Nobody is entitled."
      columns={[
        {
          id: 'holder',
          header: 'Holder',
          isRowHeader: true,
          cell: (row) => (
            <Go to={`/shareholders/${row.shareholder_id}`}>Holder {row.shareholder_id.slice(-6)}</Go>
          ),
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
        { id: 'status', header: 'Payment', cell: (row) => (row.status === null ? '–' : words(row.status)) },
        { id: 'note', header: 'Correction', cell: (row) => row.adjustment?.reason ?? '–' },
      ]}
    />
  );
}

function Blocked({ id }: { id: string }) {
  return (
    <Pages
      title="Can’t be paid now"
      description="Each holder with all that stands in the way."
      queryKey={['dividends', id, 'blocked']}
      load={(cursor) => call('GET /dividends/{id}/blocked', { params: { id }, query: { cursor } })}
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
