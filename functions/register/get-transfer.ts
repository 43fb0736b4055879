import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findTransfer, toTransfer } from '#register/transfer.repository.ts';
import * as routes from '#register/transfers.routes.ts';

export const handler = http(routes.getTransfer, async ({ params, tenantRead }) =>
  toTransfer(found(await tenantRead((read) => findTransfer(read, params.id)))),
);
