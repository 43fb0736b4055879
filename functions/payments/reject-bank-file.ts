import * as routes from '#payments/files/bank-files.routes.ts';
import { proposeRejection } from '#payments/files/reject-file.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.rejectBankFile,
  ({ params, body, expectedVersion, principal, requestId, tenantTx }) => {
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx((tx) => proposeRejection(tx, params.id, body.reason, expectedVersion, proposer), {
      resource: () => `bank-files/${params.id}`,
    });
  },
);
