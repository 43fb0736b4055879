import * as z from 'zod';
import { dateOut, decimalOut, id, idInPath, idOut, instantOut } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';
import { dayRange, MAX_RANGE_DAYS, PAGES_DESCRIPTION, period, reportPage } from './report-page.ts';

const TYPES = ['DIVIDEND', 'DISBURSE', 'CONTRIBUTION'] as const;
const STATUSES = ['PENDING', 'SENT', 'SETTLED', 'FAILED'] as const;
const SOURCES = ['EMPLOYEE', 'EMPLOYER'] as const;
const PLAN_TYPES = ['RSU', '401K', 'ESPP', 'ESOP'] as const;
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

const shared = {
  method: 'GET',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  status: 200,
  produces: ['application/json', 'text/csv'],
  uses: [],
  timeoutSeconds: 29,
} as const;
const RANGE_DESCRIPTION = `\`from\` and \`to\` are days, both included, at most ${MAX_RANGE_DAYS} days apart; without them the report is of the last thirty.`;
const FRESHNESS =
  'Read from the reporting tables, which follow the ledger by a moment and are compared with it every night.';

const page = <Item extends z.ZodType>(item: Item) => ({
  data: z.array(item),
  next_cursor: z.string().nullable(),
});

export const ReportedTransaction = z.object({
  id: idOut,
  type: z.enum(TYPES),
  status: z.enum(STATUSES),
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
  summary: 'Transactions of a time, with their sums',
  description: [
    `Transactions that were entered from \`from\` to \`to\`, oldest first. ${RANGE_DESCRIPTION}`,
    '`totals` are of the whole report, by currency, type and status; they stand on its first page. A transaction that takes another one back is negative.',
    FRESHNESS,
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER', 'SPONSOR'],
  query: z.strictObject({
    type: oneOf(TYPES).optional(),
    status: oneOf(STATUSES).optional(),
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
          type: z.enum(TYPES),
          status: z.enum(STATUSES),
          transactions: z.number().int(),
          amount: amountOut,
        }),
      )
      .nullable(),
    ...page(ReportedTransaction),
  }),
  problems: ['not-acceptable'],
});

export const ReportedContribution = z.object({
  id: idOut,
  plan_id: idOut,
  employee_id: z.string(),
  plan_type: z.enum(PLAN_TYPES),
  source: z.enum(SOURCES),
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
  summary: 'The register of contributions',
  description: [
    `Contributions that are effective from \`from\` to \`to\`, in the order of their days; one that was taken back stands beside the negative one that did it. ${RANGE_DESCRIPTION}`,
    '`totals` are of the whole report, by currency and source; they stand on its first page.',
    FRESHNESS,
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['SPONSOR'],
  query: z.strictObject({
    plan_id: id.optional(),
    source: oneOf(SOURCES).optional(),
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
          source: z.enum(SOURCES),
          contributions: z.number().int(),
          amount: amountOut,
        }),
      )
      .nullable(),
    ...page(ReportedContribution),
  }),
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
});

export const getVestingReport = route({
  ...shared,
  operationId: 'getVestingReport',
  path: '/reports/vesting',
  summary: 'What vests in a period, plan by plan',
  description: [
    '`period` is a year, a quarter or a month: `2026`, `2026-Q1`, `2026-03`. For each plan, what had vested the day before it, what vests in it, and what has vested at its end: shares of a grant, else money, whose `unit` is the currency. Of a period that isn’t over, what vests if nothing changes.',
    'Money is the employee’s own contributions and the vested part of the employer’s, before distributions.',
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['SPONSOR'],
  query: z.strictObject({ period, plan_type: oneOf(PLAN_TYPES).optional(), ...reportPage }),
  response: z.object({ period: z.string(), from: dateOut, to: dateOut, ...page(ReportedVesting) }),
  problems: ['not-acceptable'],
});

export const ReportedDividendLine = z.object({
  shareholder_id: idOut,
  external_ref: z.string(),
  name: z.string(),
  holdings: decimalOut,
  entitled: amountOut,
  transaction_id: idOut.nullable(),
  status: z.enum(STATUSES).nullable(),
  return_code: z.string().nullable(),
  returned: amountOut,
});

export const getDividendReport = route({
  ...shared,
  operationId: 'getDividendReport',
  path: '/reports/dividends/{id}',
  summary: 'A dividend against its payments and the journal',
  description: [
    'What was declared, what each payment has become, and what the journal says: `reconciled` is true when the lines, the payments and the journal’s entries sum to the same. `differences` names what doesn’t.',
    'The rows are the holders of record, by id, with what they are owed and what became of its payment. `returned` came back after settlement.',
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
    payments: z.array(z.object({ status: z.enum(STATUSES), count: z.number().int(), amount: amountOut })),
    returned: z.object({ count: z.number().int(), amount: amountOut }),
    journal: z.object({
      declared: amountOut,
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
  summary: 'The data of Forms 1099-DIV for a tax year',
  description: [
    'For each holder the dividends in USD whose payable date lies in the year and whose payment had begun: from that day they are at the holder’s disposal, also when a payment came back (26 CFR 1.451-2). Holders with 10.00 or more `must_be_filed` (26 CFR 1.6042-2).',
    'Taxpayer numbers and the division into qualified dividends (box 1b) are not known here and stay empty; nothing is withheld. `total` is of the whole report; it stands on its first page.',
    FRESHNESS,
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER'],
  query: z.strictObject({
    year: z
      .string('must be a year')
      .regex(/^(19|20|21)\d\d$/, 'must be a year, as 2026')
      .meta({ openapi: { type: 'string', pattern: '^\\d{4}$', examples: ['2026'] } }),
    ...reportPage,
  }),
  response: z.object({
    tax_year: z.number().int(),
    recipients: z.number().int().nullable(),
    total: amountOut.nullable(),
    ...page(Form1099Div),
  }),
  problems: ['not-acceptable'],
});
