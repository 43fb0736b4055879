import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { findShareholder, toShareholder } from '#shareholders/shareholder.repository.ts';
import { getShareholder } from '#shareholders/shareholders.routes.ts';

export const handler = http(getShareholder, async ({ params, tenantRead }) =>
  toShareholder(found(await tenantRead((read) => findShareholder(read, params.id)))),
);
