import { systemTx } from '#platform/db/system-tx.ts';
import { ROWS_PER_CHUNK } from '#platform/queue/chunk.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { listVestingChunks } from './vesting.repository.ts';
import type { VestingChunk } from './vesting-chunk.ts';

/** Fans the plans of every tenant out to the workers, as of the day that it is where each tenant lives. Sent twice, it is computed once. */
export async function scheduleVesting(
  { time, requestId }: Pick<Firing, 'time' | 'requestId'>,
  send: (chunks: readonly VestingChunk[], requestId: string) => Promise<void>,
): Promise<{ chunks: number }> {
  const chunks = await systemTx('plans of every tenant vest by the calendar', (tx) =>
    listVestingChunks(tx, time, ROWS_PER_CHUNK),
  );
  await send(chunks, requestId);
  return { chunks: chunks.length };
}
