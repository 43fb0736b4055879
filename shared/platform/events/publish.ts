import { type Command, EVENT_VERSIONS } from '#contracts/event-types.ts';
import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { count } from '#platform/observability/metrics.ts';
import { sendCommanded, startExecutions } from './carry-out.ts';
import type { Outcome } from './each-by-itself.ts';
import { putEvents } from './put-events.ts';

type Publisher = (rows: readonly OutboxEvent[]) => Promise<Outcome>;

type RowType = OutboxEvent['type'];

/** The publisher of each type of command that this function can carry out. */
const publishers = new Map<RowType, Publisher>([
  ['execution.start', startExecutions],
  ['message.send', sendCommanded],
]);

/**
 * Says how a domain's command is carried out. A function that gives the command says it, so that the command need not wait for
 * the sweeper; and the sweeper says it of every command that there is.
 */
export function carryOutBy(type: Command['type'], publisher: Publisher): void {
  publishers.set(type, publisher);
}

const isEvent = (type: RowType): boolean => Object.hasOwn(EVENT_VERSIONS, type);

/** Leaves commands of others to the sweeper. */
const leave: Publisher = async () => ({ done: [], failed: [] });

/**
 * Publishes events and carries out commands, each kind for itself. At least once: what is published again by the sweeper has
 * the same `id`.
 */
export async function publish(rows: readonly OutboxEvent[]): Promise<Outcome> {
  const kinds = Map.groupBy(rows, ({ type }) => publishers.get(type) ?? (isEvent(type) ? putEvents : leave));
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
