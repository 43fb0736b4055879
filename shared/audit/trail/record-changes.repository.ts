import { sql } from 'kysely';
import type { EventPayload } from '#contracts/event-schemas.ts';
import {
  CHANGES_PER_EVENT,
  type Collection,
  NO_CHANGE,
  RECORD_EVENTS,
  type RecordEvent,
} from '#contracts/record-events.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { instantText } from './instant-text.ts';
import { type Activity, listActivity, type SettledRange } from './settled.repository.ts';

const COLLECTIONS = Object.keys(RECORD_EVENTS);
const COLLECTION = sql<Collection>`split_part(resource, '/', 1)`;
const ID = `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`;
const IS_CHANGE = sql`problem is null and ${COLLECTION} = any(${COLLECTIONS}::text[])
  and split_part(resource, '/', 2) ~ ${ID} and action <> all(${[...NO_CHANGE]}::text[])`;

/** Lists the tenants that have changed records in a range. */
export const listChangeActivity = (tx: SystemTx, range: SettledRange) => listActivity(tx, range, IS_CHANGE);

type Change = EventPayload<RecordEvent>['changes'][number];

export interface ChangeEvent {
  readonly type: RecordEvent;
  readonly changes: Change[];
}

/** Returns the changes of a tenant's records in a range as events: each of one kind of record, in the order of the trail. */
export async function findRecordChanges(
  tx: TenantTx,
  { from, to }: SettledRange,
  { first_id, last_id }: Pick<Activity, 'first_id' | 'last_id'>,
): Promise<ChangeEvent[]> {
  const { rows } = await sql<Change & { collection: Collection }>`
    select ${COLLECTION} as collection, split_part(resource, '/', 2) as id, action, ${instantText('ts')} as changed_at,
      id as entry_id, request_id, actor_id
    from audit_log
    where id >= ${first_id}::uuid and id <= ${last_id}::uuid and xact >= ${from}::xid8 and xact < ${to}::xid8 and ${IS_CHANGE}
    order by audit_log.id`.execute(tx);
  const events: ChangeEvent[] = [];
  for (const [collection, ofThese] of Map.groupBy(rows, (row) => row.collection)) {
    const changes = ofThese.map(({ collection: _, ...change }) => change);
    for (let start = 0; start < changes.length; start += CHANGES_PER_EVENT)
      events.push({
        type: RECORD_EVENTS[collection],
        changes: changes.slice(start, start + CHANGES_PER_EVENT),
      });
  }
  return events;
}
