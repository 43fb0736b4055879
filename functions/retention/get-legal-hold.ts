import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findLegalHold, toLegalHold } from '#retention/legal-hold.repository.ts';
import * as routes from '#retention/retention.routes.ts';

export const handler = http(routes.getLegalHold, async ({ params, tenantRead }) =>
  toLegalHold(found(await tenantRead((read) => findLegalHold(read, params.id)))),
);
