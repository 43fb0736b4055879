import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';
import { listLegalHolds, toLegalHold } from '#retention/legal-hold.repository.ts';
import * as routes from '#retention/retention.routes.ts';

export const handler = http(routes.listLegalHolds, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listLegalHolds(disclosing(read), query));
  return toPage(rows, query.limit, toLegalHold, (row) => [row.id]);
});
