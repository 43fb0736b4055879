import type { z } from 'zod';
import { TEST_DELIVERY } from '#contracts/event-types.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { asRead, found } from '#platform/db/found.ts';
import { type Actor, command, type TenantTx } from '#platform/db/tenant-tx.ts';
import { normalisedUrl } from '#platform/outbound/public-url.ts';
import type { Sealer } from '#platform/sealing.ts';
import {
  cancelDeliveries,
  claimAgain,
  type DeliveryRow,
  findDelivery,
  insertTest,
  setDueAgain,
} from '#webhooks/delivery/delivery.repository.ts';
import { newSecret, secretPlace } from '#webhooks/delivery/webhook-signature.ts';
import { beginToTell } from '#webhooks/trail/told.repository.ts';
import { TOLD, type Told } from '#webhooks/trail/told.ts';
import {
  countWebhooks,
  insertWebhook,
  lockWebhook,
  setDeleted,
  setSecret,
  setWebhook,
  toWebhook,
  type WebhookRow,
} from './webhook.repository.ts';
import { deliverWebhook } from './webhooks.jobs.ts';
import {
  type createWebhook,
  ENDED_STATES,
  MAX_REPLAYED,
  type replayWebhook,
  type updateWebhook,
  type WebhookWithSecret,
} from './webhooks.routes.ts';

type Shown = z.input<typeof WebhookWithSecret>;

/** A tenant's systems are few; each costs a delivery of every event. */
const MAX_WEBHOOKS = 20;

/** @throws DomainError `webhook-exists`, `too-many-webhooks` */
export async function addWebhook(
  tx: TenantTx,
  body: z.output<(typeof createWebhook)['body']>,
  sealer: Sealer,
): Promise<Shown> {
  if ((await countWebhooks(tx)) >= MAX_WEBHOOKS)
    throw new DomainError('too-many-webhooks', `A tenant has at most ${MAX_WEBHOOKS}. Delete one first.`);
  const id = uuidV7();
  const secret = newSecret();
  const secret_sealed = sealer.seal(secret, secretPlace(id));
  const { events } = body;
  const url = normalisedUrl(body.url);
  const webhook = await insertWebhook(tx, { id, url, events, secret_sealed });
  for (const told of TOLD) if (gets(told, webhook)) await beginToTell(tx, told, id);
  return { ...toWebhook(webhook), secret };
}

/** @throws DomainError `not-found`, `precondition-failed` */
export async function rotateSecret(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
  sealer: Sealer,
): Promise<Shown> {
  asRead(await lockWebhook(tx, id), expectedVersion);
  const secret = newSecret();
  const rotated = await setSecret(tx, id, sealer.seal(secret, secretPlace(id)));
  return { ...toWebhook(rotated), secret };
}

/**
 * Changes a webhook. One that is disabled has nothing pending: what waited is cancelled, as if its receiver had answered 410.
 * @throws DomainError `not-found`, `precondition-failed`, `webhook-exists`
 */
export async function changeWebhook(
  tx: TenantTx,
  id: string,
  expectedVersion: number,
  { url, events, status }: z.output<(typeof updateWebhook)['body']>,
): Promise<{ before: WebhookRow; after: WebhookRow }> {
  const before = asRead(await lockWebhook(tx, id), expectedVersion);
  const after = await setWebhook(tx, id, {
    url: url === undefined ? before.url : normalisedUrl(url),
    events: events ?? before.events,
    status: status ?? (before.status === 'ACTIVE' ? 'ACTIVE' : 'DISABLED'),
  });
  if (before.status === 'ACTIVE' && after.status !== 'ACTIVE') await cancelDeliveries(tx, id);
  for (const told of TOLD) if (gets(told, after) && !gets(told, before)) await beginToTell(tx, told, id);
  return { before, after };
}

const gets = (told: Told, { status, events }: WebhookRow) =>
  status === 'ACTIVE' && told.events.some((event) => events.includes(event));

/** @throws DomainError `not-found`, `precondition-failed` */
export async function removeWebhook(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
): Promise<WebhookRow> {
  asRead(await lockWebhook(tx, id), expectedVersion);
  const removed = await setDeleted(tx, id);
  await cancelDeliveries(tx, id);
  return removed;
}

/** @throws DomainError `not-found` */
export async function resend(tx: TenantTx, webhookId: string, deliveryId: string): Promise<DeliveryRow> {
  const message = found(await claimAgain(tx, webhookId, deliveryId));
  command(tx, { type: 'message.send', queue: deliverWebhook.queue, message });
  return found(await findDelivery(tx, deliveryId));
}

/** @throws DomainError `not-found`, `conflict` */
async function requireActive(tx: TenantTx, id: string): Promise<void> {
  const { status } = found(await lockWebhook(tx, id));
  if (status !== 'ACTIVE')
    throw new DomainError('conflict', 'The webhook is disabled. Set its `status` to ACTIVE first.');
}

/** @throws DomainError `not-found`, `conflict` when the webhook is disabled */
export async function sendTest(
  tx: TenantTx,
  webhookId: string,
  { tenantId, requestId }: Pick<Actor, 'tenantId' | 'requestId'>,
): Promise<DeliveryRow> {
  await requireActive(tx, webhookId);
  const id = uuidV7();
  const body = JSON.stringify({
    ...{ id, type: TEST_DELIVERY, time: new Date().toISOString(), tenant_id: tenantId, schema_version: 1 },
    data: { webhook_id: webhookId },
  });
  const message = await insertTest(tx, webhookId, { id, type: TEST_DELIVERY, body, requestId });
  command(tx, { type: 'message.send', queue: deliverWebhook.queue, message });
  return found(await findDelivery(tx, message.delivery_id));
}

/** @throws DomainError `not-found`, `conflict` when the webhook is disabled, `validation-failed` when the span has too many */
export async function replay(
  tx: TenantTx,
  webhookId: string,
  { from, to, state }: z.output<(typeof replayWebhook)['body']>,
): Promise<{ deliveries: number }> {
  await requireActive(tx, webhookId);
  const states = state === undefined ? ENDED_STATES : [state];
  const deliveries = await setDueAgain(tx, webhookId, { from, to, states }, MAX_REPLAYED + 1);
  if (deliveries > MAX_REPLAYED)
    throw invalidField(
      '/to',
      'too-many',
      `must leave at most ${MAX_REPLAYED} deliveries in the span: replay it in shorter ones`,
    );
  return { deliveries };
}
