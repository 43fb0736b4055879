import { http } from '#platform/http/http.ts';
import { cancel } from '#proxy/change-meeting.ts';
import { toMeeting } from '#proxy/meeting.repository.ts';
import * as routes from '#proxy/meetings.routes.ts';

export const handler = http(routes.cancelMeeting, ({ params, expectedVersion, tenantTx }) =>
  tenantTx(async (tx) => toMeeting(await cancel(tx, params.id, expectedVersion))),
);
