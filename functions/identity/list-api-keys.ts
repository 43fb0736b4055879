import { listApiKeys, toApiKey } from '#identity/api-keys/api-key.repository.ts';
import * as routes from '#identity/api-keys/api-keys.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listApiKeys, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listApiKeys(read, query));
  return toPage(rows, query.limit, toApiKey, ({ id }) => [id]);
});
