import * as z from 'zod';
import {
  dateOut,
  decimalOut,
  idOut,
  instant,
  instantOut,
  isoDate,
  MAX_PAGE,
  page,
  securityClass,
} from '#platform/fields.ts';
import { route } from '#platform/http/route.ts';

/** Rows of a CSV page; together with the bound on its bytes it keeps the answer below Lambda's 6 MB. */
export const MAX_CSV_ROWS = 20_000;

export const HoldingsReport = z.object({
  as_of: dateOut,
  known_at: instantOut,
  holders: z.number().int(),
  total_holdings: decimalOut,
  data: z.array(
    z.object({ shareholder_id: idOut, external_ref: z.string(), name: z.string(), holdings: decimalOut }),
  ),
  next_cursor: z.string().nullable(),
});

export const getHoldingsReport = route({
  operationId: 'getHoldingsReport',
  method: 'GET',
  path: '/reports/holdings',
  summary: 'Positions as of a day, as known at an instant',
  description: [
    'Sums the ledger entries that are effective on `as_of` (default today, UTC) and were recorded by `known_at` (default now), under the names that holders had then. Holders without shares are left out.',
    'The answer names its `known_at`: asking for that instant again gives the same bytes, whatever was corrected since. The cursor keeps later pages on the same report.',
    `As CSV (\`Accept: text/csv\`) the totals are in \`X-Holders\` and \`X-Total-Holdings\`, and a page has up to ${MAX_CSV_ROWS} rows. A longer report names its next page in \`Link: …; rel="next"\`; only the first page begins with the header line, so that the pages joined are one file.`,
  ].join('\n\n'),
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({
    as_of: isoDate.optional(),
    known_at: instant.optional(),
    security_class: securityClass.optional(),
    cursor: page.cursor,
    limit: z
      .string()
      .regex(/^[1-9]\d{0,4}$/, `must be 1 to ${MAX_PAGE}, as CSV to ${MAX_CSV_ROWS}`)
      .transform(Number)
      .optional()
      .meta({ openapi: { type: 'integer', minimum: 1, maximum: MAX_CSV_ROWS } }),
  }),
  status: 200,
  response: HoldingsReport,
  produces: ['application/json', 'text/csv'],
  problems: ['not-acceptable'],
  uses: [],
  timeoutSeconds: 29,
});
