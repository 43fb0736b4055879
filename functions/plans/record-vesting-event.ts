import { proposeEvent } from '#plans/vesting-events/record-event.ts';
import * as routes from '#plans/vesting-events/vesting-events.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.recordVestingEvent, ({ body, principal, requestId, tenantTx }) => {
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(async (tx) => proposeEvent(tx, body, await todayOf(tx), proposer), {
    resource: ({ id }) => `approvals/${id}`,
  });
});
