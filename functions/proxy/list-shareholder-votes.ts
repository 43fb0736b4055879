import { notFound } from '#kernel/domain-error.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { holderExists } from '#proxy/meeting.repository.ts';
import { listShareholderVotes } from '#proxy/proxy.routes.ts';
import { listVotesOfHolder, toVote } from '#proxy/vote.repository.ts';

export const handler = http(listShareholderVotes, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    if (!(await holderExists(read, params.id))) throw notFound();
    return listVotesOfHolder(read, params.id, query);
  });
  return toPage(rows, query.limit, toVote, (row) => [row.id]);
});
