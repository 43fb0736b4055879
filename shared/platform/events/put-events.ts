import type { PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, EVENT_VERSIONS, type EventType } from '#contracts/event-types.ts';
import { awsClient } from '#platform/aws/client.ts';
import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import * as environment from '#platform/environment.ts';
import { eachByItself, type Outcome } from './each-by-itself.ts';

/** PutEvents takes ten entries and 256 KB a call; an entry's names are a hundred bytes beside its detail. */
const ENTRIES_PER_CALL = 10;
const BYTES_PER_CALL = 240_000;
const BYTES_BESIDE_DETAIL = 200;

/** Puts events on the bus. */
export async function putEvents(events: readonly OutboxEvent[]): Promise<Outcome> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  const bus = awsClient(EventBridgeClient);
  const putTogether = async (call: readonly Entry[]): Promise<string[]> => {
    const answer = await bus.send(new PutEventsCommand({ Entries: call.map(({ entry }) => entry) }));
    return call.filter((_, index) => isTaken(answer.Entries?.[index])).map(({ id }) => id);
  };
  const put = async (call: readonly Entry[]): Promise<string[]> => {
    try {
      return await putTogether(call);
    } catch (error) {
      if (call.length === 1 || (error as { $fault?: unknown }).$fault !== 'client') throw error;
      // One of them is at fault, and the others with it as long as they are put together.
      const each = await Promise.allSettled(call.map((entry) => putTogether([entry])));
      return each.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    }
  };
  const attempts = callsOf(events)
    .map((call) => ({ ids: call.map(({ id }) => id), run: () => put(call) }))
    .toArray();
  return eachByItself(attempts);
}

function isTaken(answer: PutEventsResultEntry | undefined): boolean {
  return answer !== undefined && answer.ErrorCode === undefined;
}

interface Entry {
  readonly id: string;
  readonly entry: PutEventsRequestEntry;
}

function* callsOf(events: readonly OutboxEvent[]): Generator<Entry[]> {
  let call: Entry[] = [];
  let bytes = 0;
  for (const event of events) {
    const entry = entryOf(event);
    const size = Buffer.byteLength(entry.Detail ?? '') + BYTES_BESIDE_DETAIL;
    if (call.length === ENTRIES_PER_CALL || (call.length > 0 && bytes + size > BYTES_PER_CALL)) {
      yield call;
      call = [];
      bytes = 0;
    }
    call.push({ id: event.id, entry });
    bytes += size;
  }
  if (call.length > 0) yield call;
}

function entryOf(event: OutboxEvent): PutEventsRequestEntry {
  return {
    EventBusName: environment.eventBusName(),
    Source: EVENT_SOURCE,
    DetailType: event.type,
    Detail: JSON.stringify(detailOf(event)),
  };
}

/** Returns an event as everybody gets it from the bus. */
export function detailOf({ id, tenantId, requestId, type, payload }: OutboxEvent) {
  return {
    id,
    tenant_id: tenantId,
    request_id: requestId,
    schema_version: EVENT_VERSIONS[type as EventType],
    ...spelledOut(payload),
  };
}

interface Abridged {
  readonly [field: string]: unknown;
  /** It has the fields that all items of a list share, by the name of the list. */
  readonly each?: Readonly<Record<string, object>>;
}

/**
 * Spells out a payload that has once, in `each`, what the items of a list share: a list of thousands would take three times the
 * room in the outbox. On the bus every item is complete.
 */
export function spelledOut(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { each, ...rest }: Abridged = payload;
  if (each === undefined) return payload;
  const lists = Object.entries(each).map(([list, shared]) => [
    list,
    (rest[list] as readonly object[]).map((item) => ({ ...shared, ...item })),
  ]);
  return { ...rest, ...Object.fromEntries(lists) };
}
