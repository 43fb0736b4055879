import { asRead } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { lockLegalHold, setReleased } from '#retention/legal-hold.repository.ts';
import * as routes from '#retention/retention.routes.ts';

export const handler = http(
  routes.releaseLegalHold,
  async ({ params, expectedVersion, principal, tenantTx }) => {
    await tenantTx(async (tx) => {
      asRead(await lockLegalHold(tx, params.id), expectedVersion);
      return setReleased(tx, params.id, principal.actorId);
    });
    return undefined;
  },
);
