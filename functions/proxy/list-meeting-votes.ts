import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findMeeting } from '#proxy/meeting.repository.ts';
import { listVotesOfMeeting, toListedVote } from '#proxy/vote.repository.ts';
import * as routes from '#proxy/votes.routes.ts';

export const handler = http(routes.listMeetingVotes, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    found(await findMeeting(read, params.id));
    return listVotesOfMeeting(disclosing(read), params.id, query);
  });
  return toPage(rows, query.limit, toListedVote, (row) => [row.id]);
});
