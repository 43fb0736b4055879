import { disclosing } from '#platform/db/disclosing.ts';
import { negotiate } from '#platform/http/accept.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { holdingsCsvReply } from '#reporting/reports/holdings-csv.ts';
import { openCursor, signedCursor } from '#reporting/reports/holdings-cursor.ts';
import { nextOf, type Position, readHoldings, toHoldingsReport } from '#reporting/reports/holdings-report.ts';
import { rowLimit } from '#reporting/reports/report-page.ts';
import * as routes from '#reporting/reports/reports.routes.ts';

export const handler = http(
  routes.getHoldingsReport,
  async ({ query, headers, principal: { tenantId }, tenantRead }) => {
    const format = negotiate(headers.get('accept'), routes.getHoldingsReport.produces);
    const limit = rowLimit(query.limit, format);
    const { cursor } = query;
    const from = cursor === undefined ? undefined : openCursor(await fieldSealer(), tenantId, cursor, query);
    const part = await tenantRead((read) =>
      readHoldings(read, query, {
        ...{ limit, from, list: disclosing(read, limit) },
        byClass: format === 'text/csv',
      }),
    );
    const cursorOf = async (position: Position) => signedCursor(await fieldSealer(), tenantId, position);
    if (format === 'application/json') {
      const next = nextOf(part);
      return reply(toHoldingsReport(part, next && (await cursorOf(next))), { headers: { vary: 'accept' } });
    }
    const { text, headers: ofTable, next } = await holdingsCsvReply(part, query.limit, cursorOf);
    return reply(text, { headers: { ...ofTable, vary: 'accept' }, next });
  },
);
