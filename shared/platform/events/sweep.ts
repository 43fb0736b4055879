import { sql } from 'kysely';
import { systemTx } from '#platform/db/system-tx.ts';
import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import { gauge } from '#platform/observability/gauge.ts';
import { publish } from './publish.ts';

/** Younger rows are about to be published by the invocation that wrote them. */
const MIN_AGE_MS = 30_000;
const BATCH = 200;
/** Stops in time to mark what the last batch published. */
const MARGIN_MS = 10_000;
/** The pause before the next attempt to publish a row; it doubles each time, up to a quarter of an hour. */
const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 900;
const REASON = 'outbox rows of every tenant';

/**
 * Publishes what a crash left in the outbox, oldest first, until nothing is left or time runs out. It publishes at
 * least once: a sweeper that dies between publishing and marking publishes again, and consumers recognise the event's
 * id. A row that can't be published waits longer and longer, so that no row and no tenant delays others.
 */
export async function sweepOutbox(now: Date, remainingMs: () => number): Promise<{ published: number }> {
  let published = 0;
  gauge('OutboxLag', await oldestAgeSeconds(now), {});
  while (remainingMs() > MARGIN_MS) {
    const { done, failed } = await publish(await findUnpublished(now));
    if (done.length + failed.length === 0) break;
    if (done.length > 0) await setPublished(done);
    if (failed.length > 0) await setFailed(failed, now);
    published += done.length;
  }
  return { published };
}

/** 0 when nothing is left over. */
async function oldestAgeSeconds(now: Date): Promise<number> {
  const oldest = await systemTx(REASON, (tx) =>
    tx
      .selectFrom('outbox')
      .select('created_at')
      .where('published_at', 'is', null)
      .orderBy('created_at')
      .limit(1)
      .executeTakeFirst(),
  );
  const ageMs = oldest === undefined ? 0 : now.getTime() - oldest.created_at.getTime();
  return ageMs < MIN_AGE_MS ? 0 : Math.round(ageMs / 1_000);
}

function findUnpublished(now: Date): Promise<OutboxEvent[]> {
  const createdBefore = new Date(now.getTime() - MIN_AGE_MS);
  return systemTx(REASON, async (tx) => {
    const rows = await tx
      .selectFrom('outbox')
      .select(['id', 'tenant_id', 'type', 'payload', 'request_id'])
      .where('published_at', 'is', null)
      .where('created_at', '<', createdBefore)
      .where((eb) => eb.or([eb('next_attempt_at', 'is', null), eb('next_attempt_at', '<=', now)]))
      .orderBy('created_at')
      .limit(BATCH)
      .execute();
    return rows.map(({ id, tenant_id, type, payload, request_id }) => ({
      id,
      tenantId: tenant_id,
      type: type as OutboxEvent['type'],
      payload: payload as Record<string, unknown>,
      requestId: request_id,
    }));
  });
}

async function setPublished(ids: readonly string[]): Promise<void> {
  await systemTx(REASON, (tx) =>
    tx
      .updateTable('outbox')
      .set({ published_at: new Date() })
      .where('id', 'in', [...ids])
      .execute(),
  );
}

async function setFailed(ids: readonly string[], now: Date): Promise<void> {
  await systemTx(REASON, (tx) =>
    tx
      .updateTable('outbox')
      .set((eb) => ({
        attempts: eb('attempts', '+', 1),
        next_attempt_at: sql<Date>`${now}::timestamptz + make_interval(secs =>
          least(${FIRST_PAUSE_SECONDS} * 2 ^ least(attempts, 10), ${LONGEST_PAUSE_SECONDS}))`,
      }))
      .where('id', 'in', [...ids])
      .execute(),
  );
}
