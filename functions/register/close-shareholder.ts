import { http } from '#platform/http/http.ts';
import { closeShareholder } from '#register/close-shareholder.ts';
import * as routes from '#register/shareholders.routes.ts';

export const handler = http(routes.closeShareholder, ({ params, expectedVersion, tenantTx }) =>
  tenantTx((tx) => closeShareholder(tx, params.id, expectedVersion)),
);
