import { listEvents, toVestingEvent } from '#plans/vesting-events/vesting-event.repository.ts';
import * as routes from '#plans/vesting-events/vesting-events.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listVestingEvents, async ({ query, tenantRead }) =>
  toPage(await tenantRead((read) => listEvents(read, query)), query.limit, toVestingEvent, ({ event }) => [
    event,
  ]),
);
