import { systemTx } from '#platform/db/system-tx.ts';
import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import { gauge } from '#platform/observability/metrics.ts';
import { publish } from './publish.ts';

/** Younger rows are about to be published by the invocation that wrote them. */
const MIN_AGE_MS = 30_000;
const BATCH = 200;
/** Stops in time to mark what the last batch published. */
const MARGIN_MS = 10_000;
const REASON = 'outbox rows of every tenant';

/**
 * Publishes what a crash left in the outbox, oldest first, until nothing is left or time runs out. At least once: a sweeper
 * that dies between publishing and marking publishes again, and consumers tell by the event's id.
 */
export async function sweepOutbox(now: Date, remainingMs: () => number): Promise<{ published: number }> {
  let published = 0;
  gauge('OutboxLag', await oldestAgeSeconds(now), {});
  while (remainingMs() > MARGIN_MS) {
    const left = await findUnpublished(new Date(now.getTime() - MIN_AGE_MS));
    const ids = await publish(left);
    if (ids.length === 0) break;
    await setPublished(ids);
    published += ids.length;
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

function findUnpublished(createdBefore: Date): Promise<OutboxEvent[]> {
  return systemTx(REASON, async (tx) => {
    const rows = await tx
      .selectFrom('outbox')
      .select(['id', 'tenant_id', 'type', 'payload', 'request_id'])
      .where('published_at', 'is', null)
      .where('created_at', '<', createdBefore)
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
