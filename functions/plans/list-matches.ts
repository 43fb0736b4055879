import { findDocument } from '#plans/documents/plan-document.repository.ts';
import * as routes from '#plans/matching/matches.routes.ts';
import { listPostedMatches, toPostedMatch } from '#plans/matching/posted-match.repository.ts';
import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listMatches, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    const { id } = found(await findDocument(read, params.id));
    return listPostedMatches(read, id, query);
  });
  return toPage(rows, query.limit, toPostedMatch, ({ pay_date, run_id, source }) => [
    pay_date,
    run_id,
    source,
  ]);
});
