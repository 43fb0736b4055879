import { toApiKey } from '#identity/api-keys/api-key.repository.ts';
import * as routes from '#identity/api-keys/api-keys.routes.ts';
import { rotateKey } from '#identity/api-keys/manage-key.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.rotateApiKey, ({ params, body, expectedVersion, principal, tenantTx }) =>
  tenantTx(async (tx) => {
    const rotation = { overlapHours: body.overlap_hours, actorId: principal.actorId };
    const { key, secret } = await rotateKey(tx, params.id, expectedVersion, rotation);
    return { ...toApiKey(key), secret };
  }),
);
