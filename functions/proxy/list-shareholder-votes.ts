import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { listVotesOfHolder, toListedVote } from '#proxy/vote.repository.ts';
import * as routes from '#proxy/votes.routes.ts';
import { findHolderStanding } from '#register/holder-standing.ts';

export const handler = http(routes.listShareholderVotes, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    found(await findHolderStanding(read, params.id));
    return listVotesOfHolder(read, params.id, query);
  });
  return toPage(rows, query.limit, toListedVote, (row) => [row.id]);
});
