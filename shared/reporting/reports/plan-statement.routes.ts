import * as z from 'zod';
import { dateOut, decimalOut, idInPath, idOut } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';
import { dayRange, MAX_RANGE_DAYS, PAGES_DESCRIPTION, reportPage } from './report-page.ts';

/** The kinds of a plan's lines: movements of its money, and events of its shares. */
export const PLAN_STATEMENT_KINDS = [
  'CONTRIBUTION',
  'REVERSAL',
  'DISTRIBUTION',
  'FAILED',
  'CANCELLED',
  'RETURNED',
  'FORFEITED',
  'RESTORED',
  'GRANTED',
  'VESTED',
  'ACCELERATED',
  'AWAITING',
] as const;

const Ends = z.object({ opening: amountOut, closing: amountOut });

const PlanStatementLine = z.object({
  day: dateOut,
  kind: z.enum(PLAN_STATEMENT_KINDS),
  source: z.string().nullable(),
  /** Shares that were granted, vested, wait for their event or were forfeited. */
  quantity: decimalOut.nullable(),
  amount: amountOut.nullable(),
  /** The plan's money after it, or the shares that have vested by it. */
  balance: decimalOut.nullable(),
  /** The contribution, transaction, forfeiture or grant. */
  reference: idOut,
  note: z.string().nullable(),
});

export const getPlanStatement = route({
  operationId: 'getPlanStatement',
  method: 'GET',
  path: '/plans/{id}/statement',
  summary: 'Report what happened in a plan between two days',
  description: [
    `It lists what has moved the plan’s money, by the day for which it counts, and the events of its shares, oldest first. \`from\` and \`to\` are days, both included, at most ${MAX_RANGE_DAYS} days apart; the default is the last thirty.`,
    '`balance` and `vested` are those before and after these days; only the first page has them.',
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'],
  params: idInPath,
  query: z.strictObject({ ...dayRange, ...reportPage }),
  status: 200,
  response: z.object({
    plan_id: idOut,
    employee_id: z.string(),
    plan_type: z.string(),
    currency: z.string(),
    from: dateOut,
    to: dateOut,
    balance: Ends.nullable(),
    vested: Ends.extend({ unit: z.string() }).nullable(),
    data: z.array(PlanStatementLine),
    next_cursor: z.string().nullable(),
  }),
  produces: ['application/json', 'text/csv'],
  limit: 'reports',
  discloses: true,
  problems: ['not-found', 'not-acceptable'],
  uses: [],
  timeoutSeconds: 29,
});
