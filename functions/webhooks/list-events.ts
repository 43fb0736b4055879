import { EVENT_TYPES, type EventType } from '#contracts/event-types.ts';
import { toPage } from '#platform/db/cursor.ts';
import { type EventRow, listEvents, toBusEvent } from '#platform/events/event.repository.ts';
import { http } from '#platform/http/http.ts';
import { eventBody } from '#webhooks/event-body.ts';
import * as routes from '#webhooks/events.routes.ts';

/** An answer of a function has six megabytes at most. What items share is stored once, and an event may be three times as long as it is stored. */
const MAX_STORED_BYTES = 1_000_000;

/** Those who don't read the audit trail don't read what is reported of it. */
const OF_THE_TRAIL: ReadonlySet<EventType> = new Set(['security.reported']);

export const handler = http(routes.listEvents, async ({ principal, query, tenantRead }) => {
  const asked = query.type === undefined ? EVENT_TYPES : [query.type];
  const types = principal.actorRole === 'OPS' ? asked.filter((type) => !OF_THE_TRAIL.has(type)) : asked;
  const rows = await tenantRead((read) => listEvents(read, { ...query, types }));
  return toPage(rows, Math.min(query.limit, fitting(rows)), toEvent, (row) => [row.id]);
});

/** The first events that fit into an answer, and one at least. */
function fitting(rows: readonly EventRow[]): number {
  let [count, bytes] = [0, 0];
  for (const row of rows) {
    bytes += row.bytes;
    if (bytes > MAX_STORED_BYTES) break;
    count += 1;
  }
  return Math.max(1, count);
}

function toEvent(row: EventRow) {
  return eventBody(row.type, row.created_at.toISOString(), toBusEvent(row));
}
