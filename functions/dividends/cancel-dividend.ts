import { cancelDividend as cancel } from '#dividends/cancel-dividend.ts';
import { toDividend } from '#dividends/dividend.repository.ts';
import { cancelDividend } from '#dividends/dividends.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(cancelDividend, ({ params, principal, tenantTx }) =>
  tenantTx(async (tx) => toDividend(await cancel(tx, params.id, principal.tenantId))),
);
