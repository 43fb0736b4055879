import { cancelDividend } from '#dividends/cancel-dividend.ts';
import { toDividend } from '#dividends/dividend.repository.ts';
import * as routes from '#dividends/dividends.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.cancelDividend, ({ params, expectedVersion, principal, tenantTx }) =>
  tenantTx(async (tx) =>
    toDividend(await cancelDividend(tx, params.id, expectedVersion, principal.tenantId)),
  ),
);
