import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import {
  type ContributionReportRow,
  type ContributionsQuery,
  listContributions,
  sumContributions,
} from './contributions-report.repository.ts';
import type { getContributionsReport, ReportedContribution } from './ledger-reports.routes.ts';
import type { Report } from './report.ts';
import { settleRange } from './report-page.ts';

type Sent = z.output<(typeof getContributionsReport)['query']>;
type Answer = z.input<(typeof getContributionsReport)['response']>;
type Item = z.input<typeof ReportedContribution>;

/** The register of contributions, by the days on which they are effective. */
export const contributionsReport: Report<
  Sent,
  ContributionsQuery,
  ContributionReportRow,
  Pick<Answer, 'from' | 'to' | 'totals'>,
  Item
> = {
  name: 'contributions',
  columns: {
    id: 'text',
    plan_id: 'text',
    employee_id: 'text',
    plan_type: 'text',
    source: 'text',
    amount: 'number',
    currency: 'text',
    effective_date: 'text',
    reverses: 'text',
    created_at: 'text',
  },
  cursor: ['date', 'uuid'],
  settle: ({ plan_id, source, ...days }, today) => ({ ...settleRange(days, today), plan_id, source }),
  parameters: (query) => ({ ...query }),
  head: async (read, query, isFirst) => {
    const totals = isFirst ? await sumContributions(read, query) : undefined;
    return {
      from: query.from,
      to: query.to,
      totals:
        totals?.map(({ currency, source, contributions, amount }) => ({
          currency,
          source: source as Item['source'],
          contributions: Number(contributions),
          amount: fromMinor(BigInt(amount), currency),
        })) ?? null,
    };
  },
  rows: listContributions,
  position: ({ effective_date, id }) => [effective_date, id],
  toItem: ({ amount, compensates, created_at, ...row }) => ({
    id: row.id,
    plan_id: row.plan_id,
    employee_id: row.employee_id,
    plan_type: row.plan_type as Item['plan_type'],
    source: row.source as Item['source'],
    amount: fromMinor(amount, row.currency),
    currency: row.currency,
    effective_date: row.effective_date,
    reverses: compensates,
    created_at: created_at.toISOString(),
  }),
};
