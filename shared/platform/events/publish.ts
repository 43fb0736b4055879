import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import { tenantStatements } from '#platform/db/tenant-tx.ts';
import { environment } from '#platform/environment.ts';
import { logger } from '#platform/observability/logger.ts';
import { EVENT_SOURCE } from './event-types.ts';

/** PutEvents takes ten entries a call. */
const ENTRIES_PER_CALL = 10;

/**
 * Puts events on the bus and answers the ids of those the bus took. Delivery is at least once: an event may be published
 * again by the sweeper, and consumers tell by its `id`.
 */
export async function putEvents(events: readonly OutboxEvent[]): Promise<string[]> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  const client = new EventBridgeClient({});
  const published: string[] = [];
  for (let start = 0; start < events.length; start += ENTRIES_PER_CALL) {
    const chunk = events.slice(start, start + ENTRIES_PER_CALL);
    const answer = await client.send(
      new PutEventsCommand({
        Entries: chunk.map((event) => ({
          EventBusName: environment.eventBusName(),
          Source: EVENT_SOURCE,
          DetailType: event.type,
          Detail: JSON.stringify({
            id: event.id,
            tenant_id: event.tenantId,
            request_id: event.requestId,
            ...event.payload,
          }),
        })),
      }),
    );
    answer.Entries?.forEach((entry, index) => {
      const event = chunk[index];
      if (entry.ErrorCode === undefined && event !== undefined) published.push(event.id);
    });
  }
  return published;
}

/**
 * Publishes right after the commit. A failure is only logged: the rows stay unpublished and the sweeper takes them.
 */
export async function publishCommitted(events: readonly OutboxEvent[]): Promise<void> {
  const tenantId = events[0]?.tenantId;
  if (tenantId === undefined) return;
  try {
    const ids = await putEvents(events);
    await tenantStatements(tenantId, [
      { text: 'update outbox set published_at = now() where id = any($1::uuid[])', values: [ids] },
    ]);
  } catch (error) {
    logger.warn('events left to the sweeper', { count: events.length, error: error as Error });
  }
}
