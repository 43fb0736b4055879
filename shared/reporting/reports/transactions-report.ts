import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import type { getTransactionsReport, ReportedTransaction } from './ledger-reports.routes.ts';
import type { Report } from './report.ts';
import { settleRange } from './report-page.ts';
import {
  listTransactions,
  sumTransactions,
  type TransactionReportRow,
  type TransactionsQuery,
  type TransactionTotal,
} from './transactions.repository.ts';

type Sent = z.output<(typeof getTransactionsReport)['query']>;
type Answer = z.input<(typeof getTransactionsReport)['response']>;
type Item = z.input<typeof ReportedTransaction>;

/** Transactions of a time, oldest first. */
export const transactionsReport: Report<
  Sent,
  TransactionsQuery,
  TransactionReportRow,
  Pick<Answer, 'from' | 'to' | 'totals'>,
  Item
> = {
  name: 'transactions',
  columns: {
    id: 'text',
    type: 'text',
    status: 'text',
    amount: 'number',
    currency: 'text',
    shareholder_id: 'text',
    plan_id: 'text',
    dividend_id: 'text',
    compensates: 'text',
    return_code: 'text',
    version: 'number',
    created_at: 'text',
    updated_at: 'text',
  },
  cursor: ['instant', 'uuid'],
  settle: ({ type, status, shareholder_id, plan_id, dividend_id, ...days }, today) => ({
    ...settleRange(days, today),
    ...{ type, status, shareholder_id, plan_id, dividend_id },
  }),
  parameters: (query) => ({ ...query }),
  head: async (read, query, isFirst) => ({
    from: query.from,
    to: query.to,
    totals: isFirst ? (await sumTransactions(read, query)).map(toTotal) : null,
  }),
  rows: listTransactions,
  position: ({ created_at, id }) => [created_at.toISOString(), id],
  toItem: (row) => ({
    id: row.id,
    type: row.type,
    status: row.status,
    amount: fromMinor(row.amount, row.currency),
    currency: row.currency,
    shareholder_id: row.shareholder_id,
    plan_id: row.plan_id,
    dividend_id: row.dividend_id,
    compensates: row.compensates,
    return_code: row.return_code,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }),
};

function toTotal({ currency, type, status, transactions, amount }: TransactionTotal) {
  return {
    currency,
    type,
    status,
    transactions: Number(transactions),
    amount: fromMinor(BigInt(amount), currency),
  };
}
