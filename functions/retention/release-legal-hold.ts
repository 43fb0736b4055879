import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { setReleased } from '#retention/legal-hold.repository.ts';
import * as routes from '#retention/retention.routes.ts';

export const handler = http(routes.releaseLegalHold, async ({ params, principal, tenantTx }) => {
  await tenantTx(async (tx) => found(await setReleased(tx, params.id, principal.actorId)));
  return undefined;
});
