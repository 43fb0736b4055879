import { findTransaction } from '#payments/orders/ordered-transaction.ts';
import * as routes from '#payments/orders/orders.routes.ts';
import { toShownTransaction } from '#payments/orders/shown-transaction.ts';
import { findHistory } from '#payments/orders/transaction-history.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getTransaction, async ({ params, tenantRead }) =>
  tenantRead(async (read) => ({
    ...toShownTransaction(found(await findTransaction(read, params.id))),
    ...(await findHistory(read, params.id)),
  })),
);
