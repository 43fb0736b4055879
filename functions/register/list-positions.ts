import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { listPositions, positionOf, toPositionEntry } from '#register/position.repository.ts';
import * as routes from '#register/positions.routes.ts';
import { findShareholder } from '#register/shareholder.repository.ts';

export const handler = http(routes.listPositions, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    found(await findShareholder(read, params.id));
    return listPositions(read, params.id, query);
  });
  return toPage(rows, query.limit, toPositionEntry, positionOf);
});
