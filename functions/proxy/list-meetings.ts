import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listMeetings as list, toMeeting } from '#proxy/meeting.repository.ts';
import { listMeetings } from '#proxy/proxy.routes.ts';

export const handler = http(listMeetings, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  const now = new Date();
  return toPage(
    rows,
    query.limit,
    (row) => toMeeting(row, now),
    (row) => [row.id],
  );
});
