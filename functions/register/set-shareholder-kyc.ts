import { http } from '#platform/http/http.ts';
import { toShareholder } from '#register/shareholder.repository.ts';
import * as routes from '#register/shareholders.routes.ts';
import { verifyShareholder } from '#register/verify-shareholder.ts';

export const handler = http(
  routes.setShareholderKyc,
  async ({ params, body, expectedVersion, principal, tenantTx }) =>
    tenantTx(async (tx) =>
      toShareholder(await verifyShareholder(tx, params.id, expectedVersion, body, principal.actorId)),
    ),
);
