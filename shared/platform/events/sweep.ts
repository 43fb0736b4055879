import { systemTx } from '#platform/db/system-tx.ts';
import type { EventType } from './event-types.ts';
import { putEvents } from './publish.ts';

/** Younger rows are about to be published by the invocation that wrote them. */
const MIN_AGE_SECONDS = 30;
const BATCH = 200;
/** Stops in time to mark what the last batch published. */
const MARGIN_MS = 10_000;

/**
 * Publishes what a crash left in the outbox, oldest first, until nothing is left or time runs out. Rows are claimed by an
 * update of `claimed_at`, not held locked: a publication takes no transaction, and a sweeper that dies leaves rows that are
 * claimable a minute later.
 */
export async function sweepOutbox(remainingMs: () => number): Promise<{ published: number }> {
  let published = 0;
  while (remainingMs() > MARGIN_MS) {
    const claimed = await claim();
    if (claimed.length === 0) break;
    const ids = await putEvents(claimed);
    await markPublished(ids);
    published += ids.length;
    // The bus refuses what is left for now; the next run tries again.
    if (ids.length === 0) break;
  }
  return { published };
}

const REASON = 'outbox rows of every tenant';

async function claim() {
  return systemTx(REASON, async (tx) => {
    const due = tx
      .selectFrom('outbox')
      .select(['tenant_id', 'id'])
      .where('published_at', 'is', null)
      .where((eb) => eb('created_at', '<', eb.fn<Date>('age_limit', [eb.val(MIN_AGE_SECONDS)])))
      .orderBy('created_at')
      .limit(BATCH)
      .forUpdate()
      .skipLocked();
    const rows = await due.execute();
    return rows as never[];
  });
}

async function markPublished(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await systemTx(REASON, (tx) =>
    tx.updateTable('outbox').set({ published_at: new Date() }).where('id', 'in', [...ids]).execute(),
  );
}
