import { getTransaction } from '#disbursements/disbursements.routes.ts';
import { findHistory, findTransaction, toTransaction } from '#disbursements/transaction.repository.ts';
import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getTransaction, async ({ params, tenantRead }) =>
  tenantRead(async (read) => ({
    ...toTransaction(found(await findTransaction(read, params.id))),
    ...(await findHistory(read, params.id)),
  })),
);
