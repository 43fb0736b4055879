import { http } from '#platform/http/http.ts';
import { amend } from '#proxy/change-meeting.ts';
import { toMeeting } from '#proxy/meeting.repository.ts';
import * as routes from '#proxy/meetings.routes.ts';

export const handler = http(routes.amendMeeting, ({ params, body, expectedVersion, tenantTx }) =>
  tenantTx(async (tx) => toMeeting(await amend(tx, params.id, expectedVersion, body))),
);
