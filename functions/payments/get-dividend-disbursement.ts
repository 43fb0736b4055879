import { findProgress } from '#payments/runs/payment-run.repository.ts';
import * as routes from '#payments/runs/payment-runs.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getDividendDisbursement, async ({ params, tenantRead }) =>
  found(await tenantRead((read) => findProgress(read, params.id))),
);
