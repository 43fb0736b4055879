import * as routes from '#payments/exceptions/exceptions.routes.ts';
import { proposeResolution } from '#payments/exceptions/propose-resolution.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.resolveTransaction,
  ({ params, body, expectedVersion, principal, requestId, tenantTx }) =>
    tenantTx(
      (tx) =>
        proposeResolution(tx, params.id, body, expectedVersion, { actorId: principal.actorId, requestId }),
      { resource: () => `transactions/${params.id}` },
    ),
);
