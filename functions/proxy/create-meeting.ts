import { http } from '#platform/http/http.ts';
import { callMeeting } from '#proxy/call-meeting.ts';
import { toMeeting } from '#proxy/meeting.repository.ts';
import * as routes from '#proxy/meetings.routes.ts';

export const handler = http(routes.createMeeting, ({ body, tenantTx }) =>
  tenantTx(async (tx) => toMeeting(await callMeeting(tx, body))),
);
