import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findMapping, toMapping } from '#uploads/mappings/mapping.repository.ts';
import * as routes from '#uploads/mappings/mappings.routes.ts';

export const handler = http(routes.getUploadMapping, async ({ params, tenantRead }) =>
  toMapping(found(await tenantRead((read) => findMapping(read, params.id)))),
);
