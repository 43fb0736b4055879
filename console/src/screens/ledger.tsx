import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import type { ReactNode } from 'react';
import { call } from '../api/call.ts';
import type { Answer, Row } from '../api/routes.ts';
import { useAddress } from '../parts/address.ts';
import { AsOf } from '../parts/as-of.tsx';
import { useChoice } from '../parts/choice.tsx';
import { counted, day, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Amount } from '../parts/payment.tsx';
import { Rows } from '../parts/rows.tsx';
import { Screen } from '../parts/screen.tsx';
import { sumOf } from './ledger/sum-of.ts';

type Reconciled = Answer<'GET /reports/bank-reconciliation'>;

const TABS = ['accounts', 'bank'] as const;

/** The money of the ledger on a day: its accounts, and how they agree with what the bank says. */
export default function Ledger() {
  const [, set] = useAddress();
  return (
    <Screen
      title="Ledger"
      description="All that was entered for the time up to the end of a day, and whether the bank has the same."
      above={{ text: 'Reports', path: '/reports' }}
    >
      <Tabs
        activeTabId={useChoice('tab', TABS) ?? 'accounts'}
        onChange={({ detail }) => set({ tab: detail.activeTabId })}
        tabs={[
          { id: 'accounts', label: 'Trial balance', content: <TrialBalance /> },
          { id: 'bank', label: 'Bank reconciliation', content: <Reconciliation /> },
        ]}
      />
    </Screen>
  );
}

/** The difference of two sides, which is said in words and not by a colour alone. */
function Difference({ amount, currency }: { amount: string; currency: string }) {
  if (!/[1-9]/.test(amount)) return <StatusIndicator type="success">None</StatusIndicator>;
  return (
    <StatusIndicator type="error">
      <Amount amount={amount} currency={currency} />
    </StatusIndicator>
  );
}

function TrialBalance() {
  return (
    <AsOf queryKey={['trial-balance']} load={(query) => call('GET /reports/trial-balance', { query })}>
      {(answer) => (
        <SpaceBetween size="m">
          <Rows
            name="trial-balance"
            title={`Accounts on ${day(answer.as_of)}`}
            items={answer.data}
            rowId={({ account, currency }) => `${account} ${currency}`}
            empty="Nothing was entered by this day."
            columns={[
              { id: 'account', header: 'Account', isRowHeader: true, cell: (row) => words(row.account) },
              ...SUMS.map(([id, header]) => ({
                id,
                header,
                cell: (row: Account) => <Amount amount={row[id]} currency={row.currency} />,
              })),
            ]}
          />
          <Pairs
            title="All accounts"
            columns={3}
            answer={answer}
            items={[...new Set(answer.data.map(({ currency }) => currency))].flatMap((currency) =>
              SUMS.map(([id, header]) => {
                const accounts = answer.data.filter((account) => account.currency === currency);
                const amount = sumOf(accounts.map((account) => account[id]));
                return id === 'balance'
                  ? ['Difference', <Difference key={currency} amount={amount} currency={currency} />]
                  : [header, <Amount key={currency} amount={amount} currency={currency} />];
              }),
            )}
          />
        </SpaceBetween>
      )}
    </AsOf>
  );
}

type Account = Row<'GET /reports/trial-balance'>;
const SUMS = [
  ['debits', 'Debits'],
  ['credits', 'Credits'],
  ['balance', 'Balance'],
] as const;

function Reconciliation() {
  return (
    <AsOf
      queryKey={['bank-reconciliation']}
      load={(query) => call('GET /reports/bank-reconciliation', { query: { ...query, limit: '1' } })}
    >
      {(answer) => (
        <SpaceBetween size="m">
          {answer.bank === null && (
            <Alert header="The bank has told nothing of this time">
              Its statements are compared once one has come for the account that payments are made from.{' '}
              <Go to="/settings">The account</Go>
            </Alert>
          )}
          <Sides answer={answer} />
          {answer.bank !== null && <Outstanding key={answer.as_of} {...answer} />}
        </SpaceBetween>
      )}
    </AsOf>
  );
}

function Sides({ answer }: { answer: Reconciled }) {
  const { currency, bank, ledger, difference } = answer;
  const amount = (value: string | null): ReactNode =>
    value === null ? '–' : <Amount amount={value} currency={currency} />;
  const sum = (of: Reconciled['matched']): ReactNode =>
    of === null ? (
      '–'
    ) : (
      <>
        {amount(of.amount)}, {counted(of.count, 'entry', 'entries')}
      </>
    );
  return (
    <Pairs
      title={`The bank and the ledger on ${day(answer.as_of)}`}
      answer={answer}
      items={[
        ['In the ledger', amount(ledger.cash)],
        ['On its way', amount(ledger.in_transit)],
        ['Both', amount(ledger.balance)],
        ...(bank === null
          ? []
          : ([
              ['Moved otherwise than by payments', amount(ledger.moved_otherwise)],
              ['Before the statements', amount(ledger.before_statements)],
              [`At the bank before ${day(bank.opening_day)}`, amount(bank.opening_balance)],
              [`At the bank after ${day(bank.closing_day)}`, amount(bank.closing_balance)],
              ['Booked by the bank', sum(bank.entries)],
              ['Matched', sum(answer.matched)],
              ['Explained', sum(answer.explained)],
              ['Unmatched', sum(answer.unmatched)],
              ['Ahead of the ledger', sum(answer.ahead)],
              ['Outstanding at the bank', sum(answer.outstanding)],
            ] as const)),
        [
          'Difference',
          difference === null ? '–' : <Difference key="difference" amount={difference} currency={currency} />,
        ],
      ]}
    />
  );
}

function Outstanding({ as_of, currency }: Pick<Reconciled, 'as_of' | 'currency'>) {
  return (
    <Pages
      name="bank-reconciliation"
      title="What one side alone has"
      description="The oldest first."
      queryKey={['bank-reconciliation', as_of, 'items']}
      load={({ cursor, limit }) =>
        call('GET /reports/bank-reconciliation', { query: { as_of, cursor, limit } })
      }
      rowId={(row: Row<'GET /reports/bank-reconciliation'>) =>
        `${row.item_id} ${row.transaction_id} ${row.amount}`
      }
      empty="Both sides have the same."
      columns={[
        { id: 'day', header: 'Day', isRowHeader: true, cell: (row) => day(row.day) },
        { id: 'by', header: 'Held by', cell: (row) => words(row.held_by) },
        { id: 'amount', header: 'Amount', cell: (row) => <Amount {...row} currency={currency} /> },
        { id: 'why', header: 'Why', minWidth: 140, cell: (row) => words(row.reason) },
        {
          id: 'reference',
          header: 'Reference',
          minWidth: 140,
          cell: (row) => (
            <span className="tight" dir="auto">
              {row.reference ?? '–'}
            </span>
          ),
        },
        { id: 'of', header: 'Of', cell: (row) => <Source {...row} /> },
      ]}
    />
  );
}

function Source({ transaction_id, bank_file_id }: Row<'GET /reports/bank-reconciliation'>) {
  if (transaction_id !== null)
    return <Go to={`/payments/${transaction_id}`}>Payment {transaction_id.slice(-6)}</Go>;
  if (bank_file_id === null) return '–';
  return <Go to={`/bank-files/${bank_file_id}`}>File {bank_file_id.slice(-6)}</Go>;
}
