import { systemTx } from '#platform/db/system-tx.ts';
import { detailOf } from '#platform/events/put-events.ts';
import { Failures } from '#platform/queue/failures.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { queueWebhooks, resumeWebhookEvents } from '#webhooks/webhooks.jobs.ts';
import { listUndelivered, type PublishedEvent } from './delivery.repository.ts';
import { queueDeliveries } from './queue-deliveries.ts';

const AT_ONCE = 100;
/** Stops in time to store what was found. */
const MARGIN_MS = 15_000;
/** An event that was published so long ago has no message any more: it has waited and is given up. */
const LOST_AFTER_MS = (queueWebhooks.retryForHours + 1) * 3_600_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Stores the deliveries of every event whose message must be lost. The outbox keeps events for a month; deliveries are kept for longer, so that one
 * that was made and erased isn't made again.
 */
export async function resumeEvents({ time, remainingMs }: Firing): Promise<{ events: number }> {
  const before = new Date(time.getTime() - LOST_AFTER_MS);
  const failures = new Failures(resumeWebhookEvents);
  let found = 0;
  for (let after = FIRST_ID; remainingMs() > MARGIN_MS; ) {
    const from = after;
    const events = await systemTx('events of every tenant', (tx) =>
      listUndelivered(tx, before, from, AT_ONCE),
    );
    for (const event of events) {
      const { id, tenantId } = event;
      await failures.attempt({ event_id: id, tenant_id: tenantId }, () => queueDeliveries(asOnTheBus(event)));
    }
    found += events.length;
    const last = events.at(-1);
    if (last === undefined || events.length < AT_ONCE) break;
    after = last.id;
  }
  failures.rethrow();
  return { events: found };
}

function asOnTheBus(event: PublishedEvent) {
  return { 'detail-type': event.type, time: event.publishedAt.toISOString(), detail: detailOf(event) };
}
