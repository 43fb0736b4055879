import { systemTx } from '#platform/db/system-tx.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { listUnfinishedExports } from './export.repository.ts';
import { writeReportExport } from './exports.jobs.ts';

const REASON = 'unfinished exports of every tenant';
const AT_ONCE = 500;
/** Stops in time to send what was found. */
const MARGIN_MS = 15_000;
/** An export that is open for so long has no message any more: it has waited and is given up. */
const LOST_AFTER_MS = (writeReportExport.retryForHours + 1) * 3_600_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Puts every export on the queue again whose message must be lost. One that is written meanwhile stays as it is. */
export async function resumeExports({ time, requestId, remainingMs }: Firing): Promise<{ exports: number }> {
  const before = new Date(time.getTime() - LOST_AFTER_MS);
  let found = 0;
  for (let after = FIRST_ID; remainingMs() > MARGIN_MS; ) {
    const from = after;
    const rows = await systemTx(REASON, (tx) => listUnfinishedExports(tx, before, from, AT_ONCE));
    const messages = rows.map(({ tenant_id, id }) => ({ tenant_id, export_id: id }));
    await sendMessages(writeReportExport.queue, messages, requestId);
    found += rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) break;
    after = last.id;
  }
  return { exports: found };
}
