import { sql } from 'kysely';
import { OPEN_STATUSES } from '#contracts/transactions.ts';
import { literals } from '#platform/db/kysely.ts';
import { type SystemTx, systemTx } from '#platform/db/system-tx.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { isUnsent } from './dividend-chunk.repository.ts';
import { lastClosedDay } from './dividend-dates.ts';
import { RUNS_QUEUE } from './dividend-message.ts';

/** Dividends that are found and sent at once. */
const RUNS_AT_ONCE = 1_000;
/** Stops in time to send what was found. */
const MARGIN_MS = 15_000;
/** Younger runs are still being processed. */
const QUIET_MINUTES = 5;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const REASON = 'due dividends of every tenant';

interface Found {
  readonly tenant_id: string;
  readonly dividend_id: string;
}

type Find = (tx: SystemTx, after: string) => Promise<{ readonly rows: Found[] }>;

/** Starts every dividend whose record date has closed by the time of the firing. */
export function runDue(firing: Firing, atOnce = RUNS_AT_ONCE): Promise<{ runs: number }> {
  const closedOn = lastClosedDay(firing.time);
  const find: Find = (tx, after) =>
    sql<Found>`select d.tenant_id, d.id as dividend_id
      from dividends d join tenant_directory t on t.id = d.tenant_id and t.status = 'ACTIVE'
      where d.id > ${after}::uuid and d.state = 'DECLARED' and d.record_date <= ${closedOn}::date
      order by d.id limit ${atOnce}`.execute(tx);
  return run(find, firing, atOnce);
}

/**
 * Takes up what was left behind: dividends with chunks that have no message, whose message must be lost or a dead letter by
 * now, or that are all done; cancelled ones with payments that aren't void yet; those whose payments have all ended.
 */
export function runUnfinished(firing: Firing, atOnce = RUNS_AT_ONCE): Promise<{ runs: number }> {
  const { time } = firing;
  const quietSince = new Date(time.getTime() - QUIET_MINUTES * 60_000);
  const find: Find = (tx, after) =>
    sql<Found>`select d.tenant_id, d.id as dividend_id
      from dividends d join tenant_directory t on t.id = d.tenant_id and t.status = 'ACTIVE'
      where d.id > ${after}::uuid and d.updated_at < ${quietSince} and (
        d.state in ('SNAPSHOT', 'CANCELLED') and exists (
          select from dividend_chunks c where c.tenant_id = d.tenant_id and c.dividend_id = d.id and ${isUnsent('c', time)})
        or d.state = 'SNAPSHOT' and not exists (
          select from dividend_chunks c where c.tenant_id = d.tenant_id and c.dividend_id = d.id
            and c.state in ('QUEUED', 'FAILED', 'VOIDING'))
        or d.state in ('PENDING', 'PAYING') and not exists (
          select from ledger_transactions x where x.tenant_id = d.tenant_id and x.dividend_id = d.id and x.status in (${literals(OPEN_STATUSES)})))
      order by d.id limit ${atOnce}`.execute(tx);
  return run(find, firing, atOnce);
}

/** Finds and sends page after page, until there are no more or time runs out: the next firing finds the rest. */
async function run(
  find: Find,
  { time, requestId, remainingMs }: Firing,
  atOnce: number,
): Promise<{ runs: number }> {
  const about = { closed_on: lastClosedDay(time), at: time.toISOString() };
  let runs = 0;
  for (let after = FIRST_ID; remainingMs() > MARGIN_MS; ) {
    const from = after;
    const { rows } = await systemTx(REASON, (tx) => find(tx, from));
    await sendMessages(
      RUNS_QUEUE,
      rows.map((found) => ({ ...found, ...about })),
      requestId,
    );
    runs += rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < atOnce) break;
    after = last.dividend_id;
  }
  return { runs };
}
