import { http } from '#platform/http/http.ts';
import { addMapping } from '#uploads/mappings/manage-mapping.ts';
import { toMapping } from '#uploads/mappings/mapping.repository.ts';
import * as routes from '#uploads/mappings/mappings.routes.ts';

export const handler = http(routes.createUploadMapping, ({ body, principal, tenantTx }) => {
  const { name, kind, ...definition } = body;
  return tenantTx(async (tx) =>
    toMapping(await addMapping(tx, principal.tenantType, { name, kind, definition })),
  );
});
