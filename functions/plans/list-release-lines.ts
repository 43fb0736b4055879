import { findRelease, listReleaseLines, toReleaseLine } from '#plans/releases/release.repository.ts';
import * as routes from '#plans/releases/releases.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listReleaseLines, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    const { id } = found(await findRelease(read, params.id));
    return listReleaseLines(disclosing(read), id, query);
  });
  return toPage(rows, query.limit, toReleaseLine, ({ plan_id, grant_id }) => [plan_id, grant_id]);
});
