import * as z from 'zod';
import { CONTRIBUTION_SOURCES, TRANSACTION_STATUSES, TRANSACTION_TYPES } from '#contracts/transactions.ts';
import { dateOut, decimalOut, id, idInPath, idOut, instantOut } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { PLAN_TYPES } from '#plans/plan-types.ts';
import { route } from '#platform/http/route.ts';
import { dayRange, MAX_RANGE_DAYS, PAGES_DESCRIPTION, period, reportPage, year } from './report-page.ts';

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

const shared = {
  method: 'GET',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  status: 200,
  produces: ['application/json', 'text/csv'],
  limit: 'reports',
  uses: [],
  timeoutSeconds: 29,
} as const;
const RANGE_DESCRIPTION = `\`from\` and \`to\` are days, both included, at most ${MAX_RANGE_DAYS} days apart; the default is the last thirty days.`;
const FRESHNESS =
  'The report is read from the reporting tables, which lag the ledger by moments and are compared with it every night.';

const page = <Item extends z.ZodType>(item: Item) => ({
  data: z.array(item),
  next_cursor: z.string().nullable(),
});

export const ReportedTransaction = z.object({
  id: idOut,
  type: z.enum(TRANSACTION_TYPES),
  status: z.enum(TRANSACTION_STATUSES),
  amount: amountOut,
  currency: z.string(),
  shareholder_id: idOut.nullable(),
  plan_id: idOut.nullable(),
  dividend_id: idOut.nullable(),
  compensates: idOut.nullable(),
  return_code: z.string().nullable(),
  version: z.number().int(),
  created_at: instantOut,
  updated_at: instantOut,
});

export const getTransactionsReport = route({
  ...shared,
  operationId: 'getTransactionsReport',
  path: '/reports/transactions',
  summary: 'Report transactions with their sums',
  description: [
    `The report lists transactions that were created from \`from\` to \`to\`, oldest first. ${RANGE_DESCRIPTION}`,
    '`totals` are those of the whole report, by currency, type and status; only the first page has them. A compensating transaction is negative.',
    FRESHNESS,
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER', 'SPONSOR'],
  query: z.strictObject({
    type: oneOf(TRANSACTION_TYPES).optional(),
    status: oneOf(TRANSACTION_STATUSES).optional(),
    shareholder_id: id.optional(),
    plan_id: id.optional(),
    dividend_id: id.optional(),
    ...dayRange,
    ...reportPage,
  }),
  response: z.object({
    from: dateOut,
    to: dateOut,
    totals: z
      .array(
        z.object({
          currency: z.string(),
          type: z.enum(TRANSACTION_TYPES),
          status: z.enum(TRANSACTION_STATUSES),
          transactions: z.number().int(),
          amount: amountOut,
        }),
      )
      .nullable(),
    ...page(ReportedTransaction),
  }),
  discloses: true,
  problems: ['not-acceptable'],
});

export const ReportedContribution = z.object({
  id: idOut,
  plan_id: idOut,
  employee_id: z.string(),
  plan_type: z.enum(PLAN_TYPES),
  source: z.enum(CONTRIBUTION_SOURCES),
  amount: amountOut,
  currency: z.string(),
  effective_date: dateOut,
  reverses: idOut.nullable(),
  created_at: instantOut,
});

export const getContributionsReport = route({
  ...shared,
  operationId: 'getContributionsReport',
  path: '/reports/contributions',
  summary: 'Report contributions',
  description: [
    `The report lists contributions that are effective from \`from\` to \`to\`, in the order of their days; a reversal is a negative contribution of its own. ${RANGE_DESCRIPTION}`,
    '`totals` are those of the whole report, by currency and source; only the first page has them.',
    FRESHNESS,
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['SPONSOR'],
  query: z.strictObject({
    plan_id: id.optional(),
    source: oneOf(CONTRIBUTION_SOURCES).optional(),
    ...dayRange,
    ...reportPage,
  }),
  response: z.object({
    from: dateOut,
    to: dateOut,
    totals: z
      .array(
        z.object({
          currency: z.string(),
          source: z.enum(CONTRIBUTION_SOURCES),
          contributions: z.number().int(),
          amount: amountOut,
        }),
      )
      .nullable(),
    ...page(ReportedContribution),
  }),
  discloses: true,
  problems: ['not-acceptable'],
});

export const ReportedVesting = z.object({
  plan_id: idOut,
  employee_id: z.string(),
  plan_type: z.enum(PLAN_TYPES),
  unit: z.string(),
  vested_before: decimalOut,
  vested_in_period: decimalOut,
  vested_after: decimalOut,
  awaiting_event: decimalOut,
});

export const getVestingReport = route({
  ...shared,
  operationId: 'getVestingReport',
  path: '/reports/vesting',
  summary: 'Report vesting in a period, by plan',
  description: [
    '`period` is a year, a quarter or a month: `2026`, `2026-Q1`, `2026-03`. For each plan the report has what had vested on the day before the period, what vests in it, what has vested at its end, and what time has vested by then and waits for an event: shares of a grant, or else money, whose `unit` is the currency. For a period that isn’t over, it assumes that nothing changes.',
    'Money is the employee’s own contributions and the vested part of the employer’s, before distributions.',
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['SPONSOR'],
  query: z.strictObject({ period, plan_type: oneOf(PLAN_TYPES).optional(), ...reportPage }),
  response: z.object({ period: z.string(), from: dateOut, to: dateOut, ...page(ReportedVesting) }),
  discloses: true,
  problems: ['not-acceptable'],
});

export const ReportedDividendLine = z.object({
  shareholder_id: idOut,
  external_ref: z.string(),
  name: z.string(),
  holdings: decimalOut,
  entitled: amountOut,
  /** Tax: the payment is less by it. */
  withheld: amountOut,
  transaction_id: idOut.nullable(),
  status: z.enum(TRANSACTION_STATUSES).nullable(),
  return_code: z.string().nullable(),
  returned: amountOut,
  /** These are null in a line of the snapshot. */
  adjustment_id: idOut.nullable(),
  adjusted_on: dateOut.nullable(),
  adjustment_reason: z.string().nullable(),
});

export const getDividendReport = route({
  ...shared,
  operationId: 'getDividendReport',
  path: '/reports/dividends/{id}',
  summary: 'Report a dividend, reconciled with its payments and the journal',
  description: [
    '`reconciled` is true if the lines, the payments and the journal’s entries have the same sums; `differences` names those that differ.',
    'The rows are the holders of record, by id, with what they are owed and the status of its payment. `returned` means returned after settlement. Each adjustment has a row of its own below its holder’s, with the payment of what it adds, or of what it has left of another one; a payment that it took back is FAILED with the code ADJUSTED, or stays what it was.',
    FRESHNESS,
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER'],
  params: idInPath,
  query: z.strictObject({ ...reportPage }),
  response: z.object({
    dividend_id: idOut,
    state: z.string(),
    currency: z.string(),
    lines: z.object({ count: z.number().int(), amount: amountOut }),
    /** The tax that is part of them, and not of the payments. */
    withheld: amountOut,
    payments: z.array(
      z.object({ status: z.enum(TRANSACTION_STATUSES), count: z.number().int(), amount: amountOut }),
    ),
    returned: z.object({ count: z.number().int(), amount: amountOut }),
    /** Payments that adjustments have taken back: what is entitled is the sum of the payments without them. */
    taken_back: z.object({ count: z.number().int(), amount: amountOut }),
    journal: z.object({
      declared: amountOut,
      added: amountOut,
      reduced: amountOut,
      withheld: amountOut,
      withholding_reduced: amountOut,
      cancelled: amountOut,
      sent: amountOut,
      settled: amountOut,
      failed: amountOut,
      returned: amountOut,
    }),
    reconciled: z.boolean(),
    differences: z.array(z.string()),
    ...page(ReportedDividendLine),
  }),
  discloses: true,
  problems: ['not-acceptable', 'not-found'],
});

export const Form1099Div = z.object({
  tax_year: z.number().int(),
  account_number: z.string(),
  recipient_name: z.string(),
  recipient_address: z.string().nullable(),
  recipient_tin: z.string().nullable(),
  box_1a_total_ordinary_dividends: amountOut,
  box_4_federal_income_tax_withheld: amountOut,
  must_be_filed: z.boolean(),
});

export const get1099DivReport = route({
  ...shared,
  operationId: 'get1099DivReport',
  path: '/reports/1099-div',
  summary: 'Report the data of Forms 1099-DIV for a tax year',
  description: [
    'Each holder has the dividends in USD that were paid in the year: a payment counts by the day on which it settled where the issuer lives, whatever its payable date. One that came back counts too, since the money was at the holder’s disposal (26 CFR 1.451-2), and isn’t counted again when it is paid again; one that was denied or has failed counts when it is paid after all. `must_be_filed` is true from 10.00 on (26 CFR 1.6042-2), and where tax was withheld.',
    'Box 1a is what the holder was entitled to: the payment, and with it the backup withholding of box 4. What was paid by the rules for nonresidents is not in it, see `/reports/1042-s`. The division into qualified dividends (box 1b) is not recorded here. `total` is that of the whole report; only the first page has it.',
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER'],
  query: z.strictObject({
    year,
    ...reportPage,
  }),
  response: z.object({
    tax_year: z.number().int(),
    recipients: z.number().int().nullable(),
    total: amountOut.nullable(),
    ...page(Form1099Div),
  }),
  discloses: true,
  problems: ['not-acceptable'],
});
