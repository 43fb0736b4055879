import type { TenantId } from '#kernel/ids.ts';
import { type Actor, tenantRead, tenantStatements } from '#platform/db/tenant-tx.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { listUnsent } from './dividend-chunk.repository.ts';
import { CHUNKS_QUEUE, type ChunkMessage } from './dividend-message.ts';

const CHUNKS_AT_ONCE = 1_000;

/**
 * Puts a message on the queue for every chunk that has none. A crash between the queue and the mark sends it again, which
 * does nothing twice.
 * @param at the instant of the job that looks for lost messages; others look as of now
 */
export async function sendUnsent(actor: Actor, dividendId: string, at = new Date()): Promise<number> {
  let sent = 0;
  for (;;) {
    const chunks = await tenantRead(actor.tenantId, (read) =>
      listUnsent(read, dividendId, at, CHUNKS_AT_ONCE),
    );
    if (chunks.length === 0) return sent;
    const messages: ChunkMessage[] = chunks.map(({ first, last }) => ({
      tenant_id: actor.tenantId,
      dividend_id: dividendId,
      first_shareholder_id: first,
      last_shareholder_id: last,
    }));
    await sendMessages(CHUNKS_QUEUE, messages, actor.requestId);
    const firsts = chunks.map(({ first }) => first);
    const lasts = chunks.map(({ last }) => last);
    await setEnqueued(actor, dividendId, at, firsts, lasts);
    sent += chunks.length;
  }
}

/** This writes no audit entry: the work that the message starts has its own. */
function setEnqueued(
  { tenantId }: Actor,
  dividendId: string,
  at: Date,
  firsts: readonly string[],
  lasts: readonly string[],
): Promise<unknown> {
  return tenantStatements(tenantId, [
    {
      text: `update dividend_chunks set enqueued_at = greatest(clock_timestamp(), $4)
        where dividend_id = $1 and (first_shareholder_id, last_shareholder_id) in (
          select first, last from unnest($2::uuid[], $3::uuid[]) as range (first, last))`,
      values: [dividendId, firsts, lasts, at],
    },
  ]);
}

/** Marks chunks that couldn't be processed as unsent: they are sent again when the dividend is resumed. */
export async function setUnsent(tenantId: TenantId, dividendId: string): Promise<void> {
  await tenantStatements(tenantId, [
    {
      text: `update dividend_chunks set enqueued_at = null where dividend_id = $1 and state in ('QUEUED', 'VOIDING') and enqueued_at is not null`,
      values: [dividendId],
    },
  ]);
}
