import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findMeeting, toMeeting } from '#proxy/meeting.repository.ts';
import * as routes from '#proxy/meetings.routes.ts';

export const handler = http(routes.getMeeting, async ({ params, tenantRead }) =>
  toMeeting(found(await tenantRead((read) => findMeeting(read, params.id)))),
);
