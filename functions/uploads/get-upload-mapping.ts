import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findMapping } from '#uploads/mappings/mapping.repository.ts';
import * as routes from '#uploads/mappings/mappings.routes.ts';
import { toMapping } from '#uploads/mappings/shown-mapping.ts';

export const handler = http(routes.getUploadMapping, async ({ params, tenantRead }) =>
  toMapping(found(await tenantRead((read) => findMapping(read, params.id)))),
);
