import type { z } from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { asRead, found } from '#platform/db/found.ts';
import { command, type TenantTx } from '#platform/db/tenant-tx.ts';
import { normalisedUrl } from '#platform/outbound/public-url.ts';
import type { Sealer } from '#platform/sealing.ts';
import {
  cancelDeliveries,
  claimAgain,
  type DeliveryRow,
  findDelivery,
} from '#webhooks/delivery/delivery.repository.ts';
import { newSecret, secretPlace } from '#webhooks/delivery/webhook-signature.ts';
import { beginReports } from '#webhooks/security/security-report.repository.ts';
import {
  countWebhooks,
  insertWebhook,
  lockWebhook,
  setDeleted,
  setSecret,
  toWebhook,
  type WebhookRow,
} from './webhook.repository.ts';
import { deliverWebhook } from './webhooks.jobs.ts';
import type { createWebhook, WebhookWithSecret } from './webhooks.routes.ts';

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
  if (events.includes('security.reported')) await beginReports(tx, id);
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
