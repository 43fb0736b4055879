import { http } from '#platform/http/http.ts';
import { reopenShareholder } from '#register/reopen-shareholder.ts';
import * as routes from '#register/reopening.routes.ts';
import { toShareholder } from '#register/shareholder.repository.ts';

export const handler = http(routes.reopenShareholder, async ({ params, expectedVersion, tenantTx }) =>
  toShareholder(await tenantTx((tx) => reopenShareholder(tx, params.id, expectedVersion))),
);
