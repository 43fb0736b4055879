import { sql } from 'kysely';
import { type SystemTx, systemTx } from '#platform/db/system-tx.ts';
import { dayOfTenant } from '#platform/db/tenant-day.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { isUnsent } from './dividend-chunk.repository.ts';
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
  /** The last day that has closed in the tenant's time zone. */
  readonly closed_on: string;
}

/** The last day that has closed by an instant where a tenant lives: the day before the one that it is there. */
const closedOn = (time: Date) => sql`(${dayOfTenant(time)} - 1)`;
const found = (time: Date) => sql`d.tenant_id, d.id as dividend_id, ${closedOn(time)}::text as closed_on`;

type Find = (tx: SystemTx, after: string) => Promise<{ readonly rows: Found[] }>;

/** Starts every dividend whose record date has closed by the time of the firing, where its issuer lives. */
export function runDue(firing: Firing, atOnce = RUNS_AT_ONCE): Promise<{ runs: number }> {
  const { time } = firing;
  const find: Find = (tx, after) =>
    sql<Found>`select ${found(time)}
      from dividends d join tenant_directory t on t.id = d.tenant_id and t.status = 'ACTIVE'
      where d.id > ${after}::uuid and d.state = 'DECLARED' and d.record_date <= ${closedOn(time)}
      order by d.id limit ${atOnce}`.execute(tx);
  return run(find, firing, atOnce);
}

/**
 * Takes up what was left behind: dividends with chunks that have no message, whose message must be lost or a dead letter by
 * now, or that are all done; cancelled ones with payments that aren't void yet; those that owe nothing any more.
 */
export function runUnfinished(firing: Firing, atOnce = RUNS_AT_ONCE): Promise<{ runs: number }> {
  const { time } = firing;
  const quietSince = new Date(time.getTime() - QUIET_MINUTES * 60_000);
  const find: Find = (tx, after) =>
    sql<Found>`select ${found(time)}
      from dividends d join tenant_directory t on t.id = d.tenant_id and t.status = 'ACTIVE'
      where d.id > ${after}::uuid and d.updated_at < ${quietSince} and (
        d.state in ('SNAPSHOT', 'CANCELLED') and exists (
          select from dividend_chunks c where c.tenant_id = d.tenant_id and c.dividend_id = d.id and ${isUnsent('c', time)})
        or d.state = 'SNAPSHOT' and not exists (
          select from dividend_chunks c where c.tenant_id = d.tenant_id and c.dividend_id = d.id
            and c.state in ('QUEUED', 'FAILED', 'VOIDING'))
        or d.state in ('PENDING', 'PAYING') and is_paid_off(d.tenant_id, d.id))
      order by d.id limit ${atOnce}`.execute(tx);
  return run(find, firing, atOnce);
}

/** Finds and sends page after page, until there are no more or time runs out: the next firing finds the rest. */
async function run(
  find: Find,
  { time, requestId, remainingMs }: Firing,
  atOnce: number,
): Promise<{ runs: number }> {
  const at = time.toISOString();
  let runs = 0;
  for (let after = FIRST_ID; remainingMs() > MARGIN_MS; ) {
    const from = after;
    const { rows } = await systemTx(REASON, (tx) => find(tx, from));
    await sendMessages(
      RUNS_QUEUE,
      rows.map((row) => ({ ...row, at })),
      requestId,
    );
    runs += rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < atOnce) break;
    after = last.dividend_id;
  }
  return { runs };
}
