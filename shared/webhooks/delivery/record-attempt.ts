import type { TenantId } from '#kernel/ids.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { count } from '#platform/observability/metrics.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { setDisabled } from '#webhooks/webhook.repository.ts';
import { cancelDeliveries, findRound, insertAttempt } from './delivery.repository.ts';
import type { OutcomeMessage } from './delivery-message.ts';
import { nextAttempt } from './retry-pauses.ts';

/** The receiver wants nothing any more. */
const GONE = 410;

const isDelivered = ({ status }: OutcomeMessage) => status !== null && status >= 200 && status < 300;

/** Keeps what a webhook has answered, and when to try again if that wasn't a 2xx. One that is gone is disabled. */
export async function recordAttempt(outcome: OutcomeMessage, requestId: string): Promise<void> {
  count('WebhookDeliveries', 1, { outcome: isDelivered(outcome) ? 'delivered' : 'failed' });
  if (isDelivered(outcome)) return insertAttempt(outcome, 'DELIVERED');
  const round = await findRound(outcome.tenant_id, outcome.delivery_id);
  if (round === undefined) return;
  const attemptedAt = new Date(outcome.attempted_at);
  // Somebody who has changed the webhook since, its URL for one, has not been told yet that it is gone.
  if (outcome.status === GONE && round.changed_at <= attemptedAt) {
    await insertAttempt(outcome, { nextAttemptAt: undefined });
    return disable(outcome.tenant_id, round.webhook_id, requestId);
  }
  const failed = outcome.attempt - round.attempts_before;
  const nextAttemptAt = nextAttempt(failed, attemptedAt, outcome.retry_after_seconds);
  await insertAttempt(outcome, { nextAttemptAt });
}

async function disable(tenantId: TenantId, webhookId: string, requestId: string): Promise<void> {
  await systemWrite(
    { tenantId, actorId: null, actorRole: 'SYSTEM', allowSuspended: true, requestId },
    async (tx) => {
      if ((await setDisabled(tx, webhookId)) === undefined) return noEffect(undefined);
      await cancelDeliveries(tx, webhookId);
      return undefined;
    },
    {
      audit: () => ({
        action: 'webhook.disabled',
        resource: `webhooks/${webhookId}`,
        payload: { status: GONE },
      }),
    },
  );
}
