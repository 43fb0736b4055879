import { http } from '#platform/http/http.ts';
import { addMapping } from '#uploads/mappings/manage-mapping.ts';
import * as routes from '#uploads/mappings/mappings.routes.ts';
import { toMapping } from '#uploads/mappings/shown-mapping.ts';

export const handler = http(routes.createUploadMapping, ({ body, principal, tenantTx }) => {
  const { name, kind, ...definition } = body;
  return tenantTx(
    async (tx) => toMapping(await addMapping(tx, principal.tenantType, { name, kind, definition })),
    { resource: ({ id }) => `upload-mappings/${id}` },
  );
});
