import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listTransfers, placeOf, toTransfer } from '#register/transfer.repository.ts';
import * as routes from '#register/transfers.routes.ts';

export const handler = http(routes.listTransfers, async ({ query, tenantRead }) =>
  toPage(await tenantRead((read) => listTransfers(read, query)), query.limit, toTransfer, placeOf),
);
