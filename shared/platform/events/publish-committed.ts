import { crashPoint } from '#platform/crash-point.ts';
import { type OutboxEvent, tenantStatements } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';

/**
 * Publishes right after the commit. A failure is only logged: the rows stay unpublished and the sweeper takes them. The code
 * is loaded with the first event, since most requests have none.
 */
export async function publishCommitted(events: readonly OutboxEvent[]): Promise<void> {
  const tenantId = events[0]?.tenantId;
  if (tenantId === undefined) return;
  try {
    await crashPoint('before-publish');
    const { publish } = await import('./publish.ts');
    const { done } = await publish(events);
    await crashPoint('before-mark');
    await tenantStatements(tenantId, [
      { text: 'update outbox set published_at = now() where id = any($1::uuid[])', values: [done] },
    ]);
  } catch (error) {
    logger.warn('events left to the sweeper', { count: events.length, error: error as Error });
  }
}
