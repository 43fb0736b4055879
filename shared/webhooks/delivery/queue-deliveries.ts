import type { BusMessage } from '#contracts/event-schemas.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { eventBody } from '#webhooks/event-body.ts';
import { deliverWebhook } from '#webhooks/webhooks.jobs.ts';
import { insertDeliveries } from './delivery.repository.ts';
import { type DeliveryMessage, inCalls } from './delivery-message.ts';

/**
 * Stores deliveries of an event for the webhooks that subscribe to it, and has them delivered. A repeated event adds
 * nothing; a delivery that was stored and not sent is due when its lease has run out.
 */
export async function queueDeliveries({ detail, time, ...message }: BusMessage): Promise<void> {
  const type = message['detail-type'];
  // Its bytes are the same at every attempt.
  const body = JSON.stringify(eventBody(type, time, detail));
  const received = { id: detail.id, type, body, requestId: detail.request_id };
  await sendDeliveries(await insertDeliveries(detail.tenant_id, received), detail.request_id);
}

export async function sendDeliveries(
  deliveries: readonly DeliveryMessage[],
  requestId: string,
): Promise<void> {
  for (const group of inCalls(deliveries)) await sendMessages(deliverWebhook.queue, group, requestId);
}
