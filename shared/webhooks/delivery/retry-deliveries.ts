import { systemTx } from '#platform/db/system-tx.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { claimDue } from './delivery.repository.ts';
import { sendDeliveries } from './queue-deliveries.ts';

const AT_ONCE = 100;
/** Stops in time to send what was claimed. */
const MARGIN_MS = 10_000;

/** Sends what is due at the time of the firing, oldest first, until nothing is or time runs out. */
export async function retryDeliveries({ time, requestId, remainingMs }: Firing): Promise<{ sent: number }> {
  let sent = 0;
  while (remainingMs() > MARGIN_MS) {
    const due = await systemTx('webhooks of every tenant', (tx) => claimDue(tx, time, AT_ONCE));
    await sendDeliveries(due, requestId);
    sent += due.length;
    if (due.length < AT_ONCE) break;
  }
  return { sent };
}
