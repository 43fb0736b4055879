import { findDividend, findReconciliation } from '#dividends/dividend.repository.ts';
import * as routes from '#dividends/dividends.routes.ts';
import { toReconciled } from '#dividends/reconciliation.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getDividend, ({ params, tenantRead }) =>
  tenantRead(async (read) => {
    const dividend = found(await findDividend(read, params.id));
    return toReconciled(dividend, await findReconciliation(read, params.id));
  }),
);
