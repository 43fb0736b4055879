import { http } from '#platform/http/http.ts';
import { replaceMapping } from '#uploads/mappings/manage-mapping.ts';
import * as routes from '#uploads/mappings/mappings.routes.ts';
import { toMapping } from '#uploads/mappings/shown-mapping.ts';

export const handler = http(routes.replaceUploadMapping, ({ params, body, expectedVersion, tenantTx }) => {
  const { name, kind, ...definition } = body;
  return tenantTx(
    async (tx) => toMapping(await replaceMapping(tx, params.id, expectedVersion, { name, kind, definition })),
    { resource: () => `upload-mappings/${params.id}` },
  );
});
