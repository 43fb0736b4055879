import * as z from 'zod';
import { dateOut, decimalOut, idOut, instant, instantOut, isoDate, securityClass } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { MAX_CSV_ROWS, reportPage } from './report-page.ts';

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
  summary: 'Report positions as of a day, as known at an instant',
  description: [
    'The report sums the ledger entries that are effective on `as_of` (default today, in the tenant’s time zone) and were recorded by `known_at` (default now), under the names that holders had then. Holders without shares are left out.',
    'The answer states its `known_at`: a later request for that instant returns the same bytes, whatever was corrected since. The cursor, which is signed, keeps later pages on the same report.',
    `As CSV (\`Accept: text/csv\`) a row is a holder’s shares of one class, with the day and \`known_at\` of the report, so that the file can be uploaded as it is, and changes nothing. The totals are in \`X-Holders\` and \`X-Total-Holdings\`, and a page has up to ${MAX_CSV_ROWS} holders. A longer report names its next page in \`Link: …; rel="next"\`; only the first page begins with the header line, so that the pages can be joined into one file.`,
  ].join('\n\n'),
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({
    as_of: isoDate.optional(),
    known_at: instant.optional(),
    security_class: securityClass.optional(),
    ...reportPage,
  }),
  status: 200,
  response: HoldingsReport,
  produces: ['application/json', 'text/csv'],
  limit: 'reports',
  discloses: true,
  problems: ['not-acceptable'],
  uses: ['fieldKey:use'],
  timeoutSeconds: 29,
});
