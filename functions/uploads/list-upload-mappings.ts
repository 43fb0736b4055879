import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listMappings, toMapping } from '#uploads/mappings/mapping.repository.ts';
import * as routes from '#uploads/mappings/mappings.routes.ts';

export const handler = http(routes.listUploadMappings, async ({ query, tenantRead }) =>
  toPage(await tenantRead((read) => listMappings(read, query)), query.limit, toMapping, ({ id }) => [id]),
);
