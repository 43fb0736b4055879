import { count } from '#platform/observability/metrics.ts';
import { findRound, insertAttempt } from './delivery.repository.ts';
import type { OutcomeMessage } from './delivery-message.ts';
import { nextAttempt } from './retry-pauses.ts';

const isDelivered = ({ status }: OutcomeMessage) => status !== null && status >= 200 && status < 300;

/** Keeps what a webhook has answered, and when to try again if that wasn't a 2xx. */
export async function recordAttempt(outcome: OutcomeMessage): Promise<void> {
  count('WebhookDeliveries', 1, { outcome: isDelivered(outcome) ? 'delivered' : 'failed' });
  if (isDelivered(outcome)) return insertAttempt(outcome, 'DELIVERED');
  const before = await findRound(outcome.tenant_id, outcome.delivery_id);
  if (before === undefined) return;
  const nextAttemptAt = nextAttempt(outcome.attempt - before, new Date(outcome.attempted_at));
  await insertAttempt(outcome, { nextAttemptAt });
}
