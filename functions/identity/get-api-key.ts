import { findApiKey, toApiKey } from '#identity/api-keys/api-key.repository.ts';
import * as routes from '#identity/api-keys/api-keys.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getApiKey, async ({ params, tenantRead }) =>
  toApiKey(found(await tenantRead((read) => findApiKey(read, params.id)))),
);
