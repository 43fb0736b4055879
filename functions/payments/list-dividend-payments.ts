import { findPayingDividend } from '#dividends/paying-dividend.ts';
import { findDividendPayments, toDividendPayment } from '#payments/runs/dividend-payment.repository.ts';
import * as routes from '#payments/runs/dividend-payments.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listDividendPayments, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    found(await findPayingDividend(read, params.id));
    return findDividendPayments(disclosing(read), params.id, query);
  });
  return toPage(rows, query.limit, toDividendPayment, (row) => [row.shareholder_id, row.id]);
});
