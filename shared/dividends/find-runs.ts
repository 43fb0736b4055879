import { sql } from 'kysely';
import { OPEN_STATUSES } from '#contracts/transactions.ts';
import { literals } from '#platform/db/kysely.ts';
import { type SystemTx, systemTx } from '#platform/db/system-tx.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { LOST_AFTER_HOURS } from './dividend-chunk.repository.ts';
import { lastClosedDay } from './dividend-dates.ts';
import { RUNS_QUEUE } from './dividend-message.ts';

/** Bounds one firing; the next takes the rest. */
const MOST_RUNS = 10_000;
/** Younger runs are still being processed. */
const QUIET_MINUTES = 5;
const REASON = 'due dividends of every tenant';

interface Found {
  readonly tenant_id: string;
  readonly dividend_id: string;
}

/** Starts every dividend whose record date has closed by `time`. */
export function runDue(time: Date, requestId: string): Promise<{ runs: number }> {
  const closedOn = lastClosedDay(time);
  return run(
    (tx) =>
      sql<Found>`select d.tenant_id, d.id as dividend_id
        from dividends d join tenant_directory t on t.id = d.tenant_id and t.status = 'ACTIVE'
        where d.state = 'DECLARED' and d.record_date <= ${closedOn}::date
        order by d.record_date, d.id limit ${MOST_RUNS}`.execute(tx),
    closedOn,
    requestId,
  );
}

/**
 * Takes up what was left behind: dividends with chunks that have no message, whose message must be lost or a dead letter by
 * now, or that are all done; cancelled ones with payments that aren't void yet; those whose payments have all ended.
 */
export function runUnfinished(time: Date, requestId: string): Promise<{ runs: number }> {
  const quietSince = new Date(time.getTime() - QUIET_MINUTES * 60_000);
  return run(
    (tx) =>
      sql<Found>`select d.tenant_id, d.id as dividend_id
        from dividends d join tenant_directory t on t.id = d.tenant_id and t.status = 'ACTIVE'
        where d.updated_at < ${quietSince} and (
          d.state in ('SNAPSHOT', 'CANCELLED') and exists (
            select from dividend_chunks c where c.tenant_id = d.tenant_id and c.dividend_id = d.id
              and c.state in ('QUEUED', 'VOIDING') and (c.enqueued_at is null or c.enqueued_at < now() - make_interval(hours => ${LOST_AFTER_HOURS})))
          or d.state = 'SNAPSHOT' and not exists (
            select from dividend_chunks c where c.tenant_id = d.tenant_id and c.dividend_id = d.id
              and c.state in ('QUEUED', 'FAILED', 'VOIDING'))
          or d.state in ('PENDING', 'PAYING') and not exists (
            select from ledger_transactions x where x.tenant_id = d.tenant_id and x.dividend_id = d.id and x.status in (${literals(OPEN_STATUSES)})))
        order by d.id limit ${MOST_RUNS}`.execute(tx),
    lastClosedDay(time),
    requestId,
  );
}

async function run(
  find: (tx: SystemTx) => Promise<{ readonly rows: Found[] }>,
  closedOn: string,
  requestId: string,
): Promise<{ runs: number }> {
  const { rows } = await systemTx(REASON, find);
  const messages = rows.map((found) => ({ ...found, closed_on: closedOn }));
  await sendMessages(RUNS_QUEUE, messages, requestId);
  return { runs: messages.length };
}
