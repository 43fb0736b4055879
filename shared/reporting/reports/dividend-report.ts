import type { z } from 'zod';
import { TRANSACTION_STATUSES, type TransactionStatus } from '#contracts/transactions.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { fromMinor } from '#kernel/money.ts';
import { sumEntriesOfDividend } from '#ledger/journal.ts';
import { found } from '#platform/db/found.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import {
  type DividendReportRow,
  FIRST,
  findDividendFacts,
  listDividendLines,
  sumLines,
  sumPayments,
} from './dividend-report.repository.ts';
import type { getDividendReport, ReportedDividendLine } from './ledger-reports.routes.ts';
import { type DividendSums, differencesOf } from './reconcile-dividend.ts';
import type { Report } from './report.ts';

type Answer = z.input<(typeof getDividendReport)['response']>;
type Item = z.input<typeof ReportedDividendLine>;
type Head = Omit<Answer, 'data' | 'next_cursor'>;

export interface DividendQuery {
  readonly id: string;
}

/** A dividend against its payments and the journal. */
export const dividendReport: Report<DividendQuery, DividendQuery, DividendReportRow, Head, Item> = {
  name: 'dividend',
  columns: {
    shareholder_id: 'text',
    external_ref: 'text',
    name: 'text',
    holdings: 'number',
    entitled: 'number',
    withheld: 'number',
    transaction_id: 'text',
    status: 'text',
    return_code: 'text',
    returned: 'number',
    adjustment_id: 'text',
    adjusted_on: 'text',
    adjustment_reason: 'text',
  },
  cursor: ['uuid', 'uuid'],
  settle: ({ id }) => ({ id }),
  parameters: ({ id }) => ({ id }),
  head: reconcile,
  rows: (read, { id }, part) => listDividendLines(read, id, part),
  position: ({ shareholder_id, adjustment_id }) => [shareholder_id, adjustment_id ?? FIRST],
  toItem: ({ currency, ...row }) => ({
    shareholder_id: row.shareholder_id,
    external_ref: row.external_ref,
    name: row.name,
    holdings: canonicalDecimal(row.holdings),
    entitled: fromMinor(row.entitled, currency),
    withheld: fromMinor(row.withheld, currency),
    transaction_id: row.transaction_id,
    status: row.status,
    return_code: row.return_code,
    returned: fromMinor(row.returned, currency),
    adjustment_id: row.adjustment_id,
    adjusted_on: row.adjusted_on,
    adjustment_reason: row.adjustment_reason,
  }),
};

async function reconcile(read: TenantRead, { id }: DividendQuery): Promise<Head> {
  const { state, currency } = found(await findDividendFacts(read, id));
  const sums = await findSums(read, id);
  const money = (minor: bigint) => fromMinor(minor, currency);
  const counted = ({ count, amount }: DividendSums['lines']) => ({ count, amount: money(amount) });
  const journal = (reason: string) => money(sums.journal.get(reason) ?? 0n);
  const differences = differencesOf(state, sums);
  return {
    dividend_id: id,
    ...{ state, currency },
    lines: counted(sums.lines),
    withheld: money(sums.withheld),
    payments: TRANSACTION_STATUSES.map((status) => ({ status, ...counted(sums.payments[status]) })),
    returned: counted(sums.returned),
    taken_back: counted(sums.takenBack),
    journal: {
      declared: journal('dividend-declared'),
      added: journal('entitlement-added'),
      reduced: money(
        (sums.journal.get('entitlement-reduced') ?? 0n) + (sums.journal.get('withholding-reduced') ?? 0n),
      ),
      withheld: journal('tax-withheld'),
      withholding_reduced: journal('withholding-reduced'),
      cancelled: journal('dividend-cancelled'),
      sent: journal('sent'),
      settled: journal('settled'),
      failed: journal('failed'),
      returned: journal('returned'),
    },
    reconciled: differences.length === 0,
    differences,
  };
}

async function findSums(read: TenantRead, id: string): Promise<DividendSums> {
  const lines = await sumLines(read, id);
  const rows = await sumPayments(read, id);
  const of = (matches: (row: (typeof rows)[number]) => boolean) => {
    const matching = rows.filter(matches);
    return {
      count: matching.reduce((sum, { count }) => sum + Number(count), 0),
      amount: matching.reduce((sum, { amount }) => sum + BigInt(amount), 0n),
    };
  };
  const ofStatus = (status: TransactionStatus) => of((row) => row.part === 'paying' && row.status === status);
  const returned = of(({ part }) => part === 'returned');
  const takenBack = of(({ part }) => part === 'taken-back');
  return {
    lines: { count: Number(lines.count), amount: BigInt(lines.amount) },
    withheld: BigInt(lines.withheld),
    payments: {
      PENDING: ofStatus('PENDING'),
      SENT: ofStatus('SENT'),
      SETTLED: ofStatus('SETTLED'),
      FAILED: ofStatus('FAILED'),
      CANCELLED: ofStatus('CANCELLED'),
    },
    returned: { count: returned.count, amount: -returned.amount },
    takenBack: { count: takenBack.count, amount: -takenBack.amount },
    journal: await sumEntriesOfDividend(read, id),
  };
}
