import { Webhook as StandardWebhook, WebhookVerificationError } from 'standardwebhooks';
import { handler as createHandler } from '#functions/webhooks/create-webhook.ts';
import { handler as deleteHandler } from '#functions/webhooks/delete-webhook.ts';
import { handler as getHandler } from '#functions/webhooks/get-webhook.ts';
import { handler as deliveriesHandler } from '#functions/webhooks/list-webhook-deliveries.ts';
import { handler as listHandler } from '#functions/webhooks/list-webhooks.ts';
import { handler as replayHandler } from '#functions/webhooks/replay-webhook.ts';
import { handler as resendHandler } from '#functions/webhooks/resend-webhook-delivery.ts';
import { handler as rotateHandler } from '#functions/webhooks/rotate-webhook-secret.ts';
import { handler as testHandler } from '#functions/webhooks/test-webhook.ts';
import { handler as updateHandler } from '#functions/webhooks/update-webhook.ts';
import { handler as deliver } from '#functions/workers/deliver-webhook.ts';
import { handler as queue } from '#functions/workers/queue-webhooks.ts';
import { handler as record } from '#functions/workers/record-webhook-attempt.ts';
import type { Principal } from '#platform/http/authorize.ts';
import * as routes from '#webhooks/webhooks.routes.ts';
import type { TestAws } from './aws-services.ts';
import type { Heard } from './listener.ts';
import { drain, recordOf } from './queue-driver.ts';
import { call, type TestResponse, testContext } from './request.ts';

/** The routes of webhooks as one caller. */
export class Webhooks {
  readonly #as: Principal;

  constructor(as: Principal) {
    this.#as = as;
  }

  create(url: string, events: readonly string[] = ['upload.completed']): Promise<TestResponse> {
    return call(createHandler, routes.createWebhook, { as: this.#as, body: { url, events } });
  }

  list(): Promise<TestResponse> {
    return call(listHandler, routes.listWebhooks, { as: this.#as });
  }

  get(id: string): Promise<TestResponse> {
    return call(getHandler, routes.getWebhook, { as: this.#as, params: { id } });
  }

  /** @param version the one that `If-Match` names */
  update(id: string, body: object, version = 1): Promise<TestResponse> {
    return call(updateHandler, routes.updateWebhook, {
      ...{ as: this.#as, params: { id }, body },
      headers: { 'If-Match': `"${version}"` },
    });
  }

  test(id: string): Promise<TestResponse> {
    return call(testHandler, routes.testWebhook, { as: this.#as, params: { id } });
  }

  replay(id: string, body: object): Promise<TestResponse> {
    return call(replayHandler, routes.replayWebhook, { as: this.#as, params: { id }, body });
  }

  delete(id: string): Promise<TestResponse> {
    return call(deleteHandler, routes.deleteWebhook, { as: this.#as, params: { id } });
  }

  rotate(id: string): Promise<TestResponse> {
    return call(rotateHandler, routes.rotateWebhookSecret, { as: this.#as, params: { id } });
  }

  deliveries(id: string, query: Record<string, string> = {}): Promise<TestResponse> {
    return call(deliveriesHandler, routes.listWebhookDeliveries, { as: this.#as, params: { id }, query });
  }

  resend(id: string, deliveryId: string): Promise<TestResponse> {
    return call(resendHandler, routes.resendWebhookDelivery, {
      as: this.#as,
      params: { id, delivery_id: deliveryId },
    });
  }
}

/** An event as the bus hands it to a queue. */
export function busMessage(tenantId: string, id: string, type = 'upload.completed', data: object = {}) {
  const detail = { id, tenant_id: tenantId, request_id: 'request-1', schema_version: 1, ...data };
  return { 'detail-type': type, source: 'vestry', time: '2026-03-01T12:00:00Z', detail };
}

/** Delivers events from the bus; returns the ids of rejected messages. */
export async function tell(...messages: ReturnType<typeof busMessage>[]): Promise<string[]> {
  const Records = messages.map((message, index) => recordOf(message, 1, String(index)));
  const { batchItemFailures } = await queue({ Records }, testContext());
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

/** Delivers what waits, and keeps what came of it. */
export async function settle(aws: TestAws): Promise<void> {
  await drain(aws, 'webhook-deliveries', deliver);
  await drain(aws, 'webhook-outcomes', record);
}

/** Returns whether the library of Standard Webhooks accepts a delivery under this secret. */
export function isSigned({ headers, body }: Pick<Heard, 'headers' | 'body'>, secret: string): boolean {
  try {
    new StandardWebhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
