import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';
import { listTransfers, placeOf, toTransfer } from '#register/transfer.repository.ts';
import * as routes from '#register/transfers.routes.ts';

export const handler = http(routes.listTransfers, async ({ query, tenantRead }) =>
  toPage(
    await tenantRead((read) => listTransfers(disclosing(read), query)),
    query.limit,
    toTransfer,
    placeOf,
  ),
);
