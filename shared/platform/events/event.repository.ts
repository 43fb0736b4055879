import { type Selectable, sql } from 'kysely';
import type { EventType } from '#contracts/event-types.ts';
import type { Outbox } from '#generated/database.ts';
import { lowestUuidV7 } from '#kernel/ids.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { detailOf } from './put-events.ts';

export type EventRow = Pick<Selectable<Outbox>, 'created_at' | 'id' | 'request_id' | 'tenant_id'> & {
  readonly type: EventType;
  readonly payload: Record<string, unknown>;
  /** The length of the payload as it is stored. */
  readonly bytes: number;
};

export interface EventFilter extends PageRequest {
  readonly types: readonly EventType[];
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The rows of a transaction get their ids before it sends them. */
const ID_SLACK_MS = 600_000;

/** The events that the outbox still has, published or not, newest first; one more than the limit. Commands are no events. */
export function listEvents(
  read: TenantRead,
  { types, from, to, cursor, limit }: EventFilter,
): Promise<EventRow[]> {
  let query = read
    .selectFrom('outbox')
    .select(['created_at', 'id', 'payload', 'request_id', 'tenant_id', 'type'])
    .select(sql<number>`octet_length(payload::text)`.as('bytes'))
    .$castTo<EventRow>()
    .where('type', '=', (eb) => eb.fn.any(eb.val([...types])))
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (from !== undefined)
    query = query
      .where('created_at', '>=', sql<Date>`${from}`)
      .where('id', '>=', lowestUuidV7(Date.parse(from) - ID_SLACK_MS));
  if (to !== undefined)
    query = query
      .where('created_at', '<', sql<Date>`${to}`)
      .where('id', '<', lowestUuidV7(Date.parse(to) + 1));
  if (cursor !== undefined) query = query.where('id', '<', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

/** Returns an event as everybody gets it from the bus. */
export function toBusEvent({ id, payload, request_id, tenant_id, type }: EventRow) {
  return detailOf({ id, tenantId: tenant_id, requestId: request_id, type, payload });
}
