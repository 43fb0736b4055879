import { acknowledgeFile } from '#payments/files/acknowledge-file.ts';
import { toBankFile } from '#payments/files/bank-file.repository.ts';
import * as routes from '#payments/files/bank-files.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.acknowledgeBankFile, ({ params, expectedVersion, principal, tenantTx }) =>
  tenantTx(async (tx) =>
    toBankFile(await acknowledgeFile(tx, params.id, expectedVersion, principal.actorId)),
  ),
);
