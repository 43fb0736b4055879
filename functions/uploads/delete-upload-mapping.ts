import { http } from '#platform/http/http.ts';
import { removeMapping } from '#uploads/mappings/manage-mapping.ts';
import * as routes from '#uploads/mappings/mappings.routes.ts';

export const handler = http(routes.deleteUploadMapping, async ({ params, expectedVersion, tenantTx }) => {
  await tenantTx((tx) => removeMapping(tx, params.id, expectedVersion), {
    resource: () => `upload-mappings/${params.id}`,
  });
  return undefined;
});
