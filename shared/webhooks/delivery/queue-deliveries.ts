import type { BusMessage } from '#contracts/event-schemas.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { deliverWebhook } from '#webhooks/webhooks.jobs.ts';
import { insertDeliveries } from './delivery.repository.ts';
import { type DeliveryMessage, inCalls } from './delivery-message.ts';

/**
 * Stores deliveries of an event for the webhooks that subscribe to it, and has them delivered. A repeated event adds
 * nothing; a delivery that was stored and not sent is due when its lease has run out.
 */
export async function queueDeliveries({ detail, time, ...message }: BusMessage): Promise<void> {
  const type = message['detail-type'];
  const body = bodyOf(type, time, detail);
  const received = { id: detail.id, type, body, requestId: detail.request_id };
  await sendDeliveries(await insertDeliveries(detail.tenant_id, received), detail.request_id);
}

/** Returns the body that webhooks get. Its bytes are the same at every attempt. */
function bodyOf(type: string, time: string, detail: BusMessage['detail']): string {
  const { id, tenant_id, schema_version, request_id: _, traceparent: __, ...data } = detail;
  return JSON.stringify({ id, type, time, tenant_id, schema_version, data });
}

export async function sendDeliveries(
  deliveries: readonly DeliveryMessage[],
  requestId: string,
): Promise<void> {
  for (const group of inCalls(deliveries)) await sendMessages(deliverWebhook.queue, group, requestId);
}
