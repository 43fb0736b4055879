import { disclosing } from '#platform/db/disclosing.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';
import { listTransfers, toTransfer } from '#register/transfer.repository.ts';
import * as routes from '#register/transfers.routes.ts';

export const handler = http(routes.listTransfers, async ({ query, tenantRead }) =>
  toSortedPage(
    routes.TRANSFER_SORTS,
    query,
    await tenantRead((read) => listTransfers(disclosing(read), query, sorted(routes.TRANSFER_SORTS, query))),
    toTransfer,
  ),
);
