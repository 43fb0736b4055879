import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listMappings } from '#uploads/mappings/mapping.repository.ts';
import * as routes from '#uploads/mappings/mappings.routes.ts';
import { toMapping } from '#uploads/mappings/shown-mapping.ts';

export const handler = http(routes.listUploadMappings, async ({ query, tenantRead }) =>
  toPage(await tenantRead((read) => listMappings(read, query)), query.limit, toMapping, ({ id }) => [id]),
);
