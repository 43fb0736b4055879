import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findShareholder, toShareholder } from '#register/shareholder.repository.ts';
import * as routes from '#register/shareholders.routes.ts';

export const handler = http(routes.getShareholder, async ({ params, tenantRead }) =>
  toShareholder(found(await tenantRead((read) => findShareholder(read, params.id)))),
);
