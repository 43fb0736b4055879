import { toPage } from '#platform/http/cursor.ts';
import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { listPositions as list, positionOf, toPositionEntry } from '#shareholders/position.repository.ts';
import { findShareholder } from '#shareholders/shareholder.repository.ts';
import { listPositions } from '#shareholders/shareholders.routes.ts';

export const handler = http(listPositions, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    found(await findShareholder(read, params.id));
    return list(read, params.id, query);
  });
  return toPage(rows, query.limit, toPositionEntry, positionOf);
});
