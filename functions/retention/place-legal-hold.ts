import { http } from '#platform/http/http.ts';
import { insertLegalHold, toLegalHold } from '#retention/legal-hold.repository.ts';
import * as routes from '#retention/retention.routes.ts';

export const handler = http(routes.placeLegalHold, ({ body, principal, tenantTx }) =>
  tenantTx(async (tx) => toLegalHold(await insertLegalHold(tx, body, principal.actorId))),
);
