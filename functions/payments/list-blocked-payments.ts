import { findPayingDividend } from '#dividends/paying-dividend.ts';
import { listBlocked, positionOf, toBlocked } from '#payments/runs/blocked-payment.repository.ts';
import * as routes from '#payments/runs/payment-runs.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listBlockedPayments, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    found(await findPayingDividend(read, params.id));
    return listBlocked(disclosing(read), params.id, query);
  });
  return toPage(rows, query.limit, toBlocked, positionOf);
});
