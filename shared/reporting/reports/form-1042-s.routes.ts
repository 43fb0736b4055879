import * as z from 'zod';
import { decimalOut } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';
import { PAGES_DESCRIPTION, reportPage, year } from './report-page.ts';

export const Form1042S = z.object({
  tax_year: z.number().int(),
  account_number: z.string(),
  recipient_name: z.string(),
  recipient_address: z.string().nullable(),
  recipient_tin: z.string().nullable(),
  /** The country of the treaty that the form on record claims. */
  treaty_country: z.string().nullable(),
  box_1_income_code: z.literal('06'),
  box_2_gross_income: amountOut,
  box_3b_tax_rate: decimalOut,
  box_7a_federal_tax_withheld: amountOut,
});

export const get1042SReport = route({
  operationId: 'get1042SReport',
  method: 'GET',
  path: '/reports/1042-s',
  summary: 'Report the data of Forms 1042-S for a tax year',
  description: [
    'Each holder from whose dividends tax was withheld by the rules for nonresidents, or would have been but for a treaty, has a row for each rate. Payments count as in `/reports/1099-div`: dividends in USD, by the day on which the payment settled where the issuer lives. Every payment has to be reported, however small (26 CFR 1.1461-1(c)).',
    'Amounts are exact: the form itself has whole dollars. Chapter 4, and the exemption codes of boxes 3a and 4a, are not recorded here. `total` and `total_withheld` are those of the whole report; only the first page has them.',
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({ year, ...reportPage }),
  status: 200,
  response: z.object({
    tax_year: z.number().int(),
    recipients: z.number().int().nullable(),
    total: amountOut.nullable(),
    total_withheld: amountOut.nullable(),
    data: z.array(Form1042S),
    next_cursor: z.string().nullable(),
  }),
  produces: ['application/json', 'text/csv'],
  limit: 'reports',
  discloses: true,
  problems: ['not-acceptable'],
  uses: [],
  timeoutSeconds: 29,
});
