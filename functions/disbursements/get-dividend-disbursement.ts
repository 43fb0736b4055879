import { getDividendDisbursement } from '#disbursements/disbursements.routes.ts';
import { findProgress } from '#disbursements/dividend-run.repository.ts';
import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getDividendDisbursement, async ({ params, tenantRead }) =>
  found(await tenantRead((read) => findProgress(read, params.id))),
);
