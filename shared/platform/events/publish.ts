import { crashPoint } from '#platform/crash-point.ts';
import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import { tenantStatements } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { count } from '#platform/observability/metrics.ts';
import { sendCommanded, startExecutions } from './carry-out.ts';
import type { Outcome } from './each-by-itself.ts';
import { publishTransactions } from './publish-transactions.ts';
import { putEvents } from './put-events.ts';

type Publisher = (rows: readonly OutboxEvent[]) => Promise<Outcome>;

/** The publisher of each type of command. Every other row of the outbox is an event. */
const PUBLISHERS: Readonly<Partial<Record<OutboxEvent['type'], Publisher>>> = {
  'execution.start': startExecutions,
  'message.send': sendCommanded,
  'transactions.publish': publishTransactions,
};

/**
 * Publishes events and carries out commands, each kind for itself. At least once: what is published again by the sweeper has
 * the same `id`.
 */
export async function publish(rows: readonly OutboxEvent[]): Promise<Outcome> {
  const kinds = Map.groupBy(rows, ({ type }) => PUBLISHERS[type] ?? putEvents);
  const outcomes = await Promise.all([...kinds].map(([publisher, ofKind]) => attempt(publisher, ofKind)));
  const done = outcomes.flatMap((outcome) => outcome.done);
  const types = Map.groupBy(
    rows.filter(({ id }) => done.includes(id)),
    ({ type }) => type,
  );
  for (const [type, published] of types) count('EventsPublished', published.length, { type });
  return { done, failed: outcomes.flatMap((outcome) => outcome.failed) };
}

async function attempt(publisher: Publisher, ofKind: readonly OutboxEvent[]): Promise<Outcome> {
  try {
    return await publisher(ofKind);
  } catch (error) {
    logger.warn('left in the outbox', { error: error as Error });
    return { done: [], failed: ofKind.map(({ id }) => id) };
  }
}

/**
 * Publishes right after the commit. A failure is only logged: the rows stay unpublished and the sweeper takes them.
 */
export async function publishCommitted(events: readonly OutboxEvent[]): Promise<void> {
  const tenantId = events[0]?.tenantId;
  if (tenantId === undefined) return;
  try {
    await crashPoint('before-publish');
    const { done } = await publish(events);
    await crashPoint('before-mark');
    await tenantStatements(tenantId, [
      { text: 'update outbox set published_at = now() where id = any($1::uuid[])', values: [done] },
    ]);
  } catch (error) {
    logger.warn('events left to the sweeper', { count: events.length, error: error as Error });
  }
}
