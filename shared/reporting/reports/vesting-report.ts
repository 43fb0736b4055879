import type { z } from 'zod';
import { addDays } from '#kernel/calendar.ts';
import { periodVesting } from '#plans/vesting-runs/period-vesting.ts';
import type { getVestingReport, ReportedVesting } from './ledger-reports.routes.ts';
import type { Report } from './report.ts';
import { daysOf } from './report-page.ts';
import { listVesting, type VestingQuery, type VestingReportRow } from './vesting-report.repository.ts';

type Sent = z.output<(typeof getVestingReport)['query']>;
type Answer = z.input<(typeof getVestingReport)['response']>;
type Item = z.input<typeof ReportedVesting>;

/** The report of what vests in a period, plan by plan. */
export const vestingReport: Report<
  Sent,
  VestingQuery,
  VestingReportRow,
  Pick<Answer, 'period' | 'from' | 'to'>,
  Item
> = {
  name: 'vesting',
  columns: {
    plan_id: 'text',
    employee_id: 'text',
    plan_type: 'text',
    unit: 'text',
    vested_before: 'number',
    vested_in_period: 'number',
    vested_after: 'number',
    awaiting_event: 'number',
  },
  cursor: ['uuid'],
  settle: ({ period, plan_type }) => {
    const days = daysOf(period);
    return { ...days, period, plan_type, before: addDays(days.from, -1) };
  },
  parameters: ({ period, plan_type }) => ({ period, plan_type }),
  head: async (_, { period, from, to }) => ({ period, from, to }),
  rows: listVesting,
  position: ({ id }) => [id],
  toItem: (row, { before, to }) => ({
    plan_id: row.id,
    employee_id: row.employee_id,
    plan_type: row.plan_type as Item['plan_type'],
    ...periodVesting(
      row,
      { before, after: to },
      {
        before: { employee: row.employee_before, employer: row.employer_before },
        after: { employee: row.employee_after, employer: row.employer_after },
      },
    ),
  }),
};
