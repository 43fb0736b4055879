import { toParticipant } from '#plans/participants/participant-answer.ts';
import { searchParticipants } from '#plans/participants/participant-list.repository.ts';
import * as routes from '#plans/participants/participants.routes.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listParticipants, async ({ query, tenantRead }) => {
  const { rows, next } = await tenantRead((read) => searchParticipants(disclosing(read), query));
  return { data: rows.map(toParticipant), next_cursor: next };
});
