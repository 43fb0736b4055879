import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';
import { listMeetings, toMeeting } from '#proxy/meeting.repository.ts';
import * as routes from '#proxy/meetings.routes.ts';

export const handler = http(routes.listMeetings, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) =>
    listMeetings(read, query, sorted(routes.MEETING_SORTS, query, { of: 'm' })),
  );
  return toSortedPage(routes.MEETING_SORTS, query, rows, toMeeting);
});
