import * as z from 'zod';
import { dateOut, decimalOut, idInPath, idOut, securityClass } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';
import { dayRange, MAX_RANGE_DAYS, PAGES_DESCRIPTION, reportPage } from './report-page.ts';

/** The kinds of a statement's lines, in the order in which those of one day stand. */
export const STATEMENT_KINDS = [
  'SPLIT',
  'TRANSFER_IN',
  'TRANSFER_OUT',
  'POSITION_SET',
  'DIVIDEND',
  'DIVIDEND_ADJUSTMENT',
  'TAX_WITHHELD',
  'DIVIDEND_PAYMENT',
  'VOTE',
  'VOTE_REVOKED',
] as const;

const StatementLine = z.object({
  day: dateOut,
  kind: z.enum(STATEMENT_KINDS),
  security_class: z.string().nullable(),
  /** Shares that came or went, that a dividend is of, or votes. */
  quantity: decimalOut.nullable(),
  /** The shares of the class that the holder has after it. */
  balance: decimalOut.nullable(),
  amount: amountOut.nullable(),
  currency: z.string().nullable(),
  /** The transfer, corporate action, upload, dividend or meeting that it is of. */
  reference: z.string().nullable(),
  note: z.string().nullable(),
});

export const getShareholderStatement = route({
  operationId: 'getShareholderStatement',
  method: 'GET',
  path: '/shareholders/{id}/statement',
  summary: 'Report what happened to a holder between two days',
  description: [
    `The statement lists changes of positions by the day on which they take effect, dividends by their payable date, with the tax that is withheld from them, and their payments by the day on which they were made, and ballots by the day on which they were cast or revoked, oldest first. \`from\` and \`to\` are days, both included, at most ${MAX_RANGE_DAYS} days apart; the default is the last thirty days.`,
    '`positions` are the shares of each class before the first and after the last day; only the first page has them. A dividend that was cancelled isn’t listed, and a payment that came back is: the money was at the holder’s disposal.',
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  params: idInPath,
  query: z.strictObject({ ...dayRange, ...reportPage }),
  status: 200,
  response: z.object({
    shareholder_id: idOut,
    external_ref: z.string(),
    name: z.string(),
    from: dateOut,
    to: dateOut,
    positions: z
      .array(z.object({ security_class: z.string(), opening: decimalOut, closing: decimalOut }))
      .nullable(),
    data: z.array(StatementLine),
    next_cursor: z.string().nullable(),
  }),
  produces: ['application/json', 'text/csv'],
  limit: 'reports',
  discloses: true,
  problems: ['not-found', 'not-acceptable'],
  uses: [],
  timeoutSeconds: 29,
});

export const STEPS = ['MONTH', 'QUARTER', 'YEAR'] as const;

const OwnershipOfDay = z.object({
  as_of: dateOut,
  holders: z.number().int(),
  total_holdings: decimalOut,
  /** The percentage that the largest holder has; null where there are no shares. */
  largest_1_percent: decimalOut.nullable(),
  largest_10_percent: decimalOut.nullable(),
  largest_100_percent: decimalOut.nullable(),
  /** The sum of the squared percentages of all holders: 10000 where one has everything. */
  concentration_index: decimalOut.nullable(),
});

export const getHoldingsHistory = route({
  operationId: 'getHoldingsHistory',
  method: 'GET',
  path: '/reports/holdings/history',
  summary: 'Report ownership over time, and how concentrated it is',
  description: [
    `The report has a row for the last day of each month, quarter or year (\`every\`, default MONTH) from \`from\` on, and one for \`to\`. \`from\` and \`to\` are days, both included, at most ${MAX_RANGE_DAYS} days apart and not in the future; the default is the last thirty days. Rows are of \`security_class\`, or of the shares of all classes together.`,
    'A row sums the positions that are effective on its day, as they are known now, treasury shares among them. Percentages have four decimals, and the index of Herfindahl and Hirschman two, each rounded by itself.',
    'A report has at most 25 rows: two years of months, five of quarters.',
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({
    ...dayRange,
    every: z.enum(STEPS, `must be one of ${STEPS.join(', ')}`).optional(),
    security_class: securityClass.optional(),
    ...reportPage,
  }),
  status: 200,
  response: z.object({
    from: dateOut,
    to: dateOut,
    every: z.enum(STEPS),
    security_class: z.string().nullable(),
    data: z.array(OwnershipOfDay),
    next_cursor: z.string().nullable(),
  }),
  produces: ['application/json', 'text/csv'],
  limit: 'reports',
  // A register of few holders is known by its percentages.
  discloses: true,
  problems: ['not-acceptable'],
  uses: [],
  timeoutSeconds: 29,
});
