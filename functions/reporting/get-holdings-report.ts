import { negotiate } from '#platform/http/accept.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';
import { holdingsCsvReply } from '#reporting/reports/holdings-csv.ts';
import { readHoldings, toHoldingsReport } from '#reporting/reports/holdings-report.ts';
import { rowLimit } from '#reporting/reports/report-page.ts';
import * as routes from '#reporting/reports/reports.routes.ts';

export const handler = http(routes.getHoldingsReport, async ({ query, headers, tenantRead }) => {
  const format = negotiate(headers.get('accept'), routes.getHoldingsReport.produces);
  const limit = rowLimit(query.limit, format);
  const part = await tenantRead((read) => readHoldings(read, query, limit));
  if (format === 'application/json') return reply(toHoldingsReport(part), { headers: { vary: 'accept' } });
  const { text, headers: ofTable, next } = holdingsCsvReply(part, query.limit);
  return reply(text, { headers: { ...ofTable, vary: 'accept' }, next });
});
