import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listMeetings, toMeeting } from '#proxy/meeting.repository.ts';
import * as routes from '#proxy/meetings.routes.ts';

export const handler = http(routes.listMeetings, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listMeetings(read, query));
  return toPage(rows, query.limit, toMeeting, (row) => [row.id]);
});
