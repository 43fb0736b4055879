import { type RawBuilder, sql } from 'kysely';
import { OPEN_STATUSES } from '#contracts/transactions.ts';
import type { TenantId } from '#kernel/ids.ts';
import { IN_DOUBT } from '#payments/files/in-doubt.ts';
import { literals } from '#platform/db/kysely.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import { beginningFor, dayOfTenant, fileDayOfTenant } from '#platform/db/tenant-day.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** A payment that hasn't moved when it should have. */
export interface Stuck {
  readonly tenant_id: TenantId;
  readonly transaction_id: string;
  readonly request_id: string;
}

/** Silence that is longer than a bank's work on a payment, weekends included. */
const SLOW_DAYS = 4;

interface Waiting {
  /** The moment since which it should have moved. */
  readonly since: Date;
}

export interface StuckPayment extends Stuck, Waiting {
  readonly status: string;
  readonly channel: string;
  readonly restarts: number;
}

/**
 * Stuck payments whose next restart is due. Each restart doubles the time to the next, lest a bank that is away for a day be asked thousands of
 * times; up to a fortnight, since an execution that is not lost asks each day by itself.
 */
export const listDueForRestart = (tx: SystemTx, now: Date, afterSeconds: number, most: number) =>
  listWaiting(tx, isDue(now, afterSeconds), most);

/**
 * Stuck payments: those whose restart is due, and those that restarts have not helped, which stay ones until something is heard of them. A payment
 * that the bank has is not one for being slow: most banks take a day or two, and say nothing meanwhile.
 */
export const listStuck = (tx: SystemTx, now: Date, afterSeconds: number, most: number) =>
  listWaiting(
    tx,
    sql`(${isDue(now, afterSeconds)} or (o.restarts > 0 and x.updated_at <= o.started_at and (x.status = 'PENDING' and o.released_at is not null
      or x.status = 'SENT' and x.updated_at < ${now}::timestamptz - make_interval(days => ${SLOW_DAYS}))))`,
    most,
  );

const isDue = (now: Date, afterSeconds: number) =>
  sql`w.since < ${now}::timestamptz - make_interval(secs => ${afterSeconds} * 2 ^ least(o.restarts, 11))`;

/**
 * Payments that nobody waits for, as far as we can tell: pending ones that no person has to approve and whose day has come, and sent ones without a
 * bank event. A payment that goes by file needs its execution only until it is released: then the job that writes files finds it.
 */
async function listWaiting(
  tx: SystemTx,
  forTooLong: RawBuilder<unknown>,
  most: number,
): Promise<StuckPayment[]> {
  const { rows } = await sql<StuckPayment>`
    select o.tenant_id, o.transaction_id, o.request_id, x.status, o.channel, o.restarts, w.since
    from ledger_transactions x join payment_orders o on o.tenant_id = x.tenant_id and o.transaction_id = x.id
      join tenant_directory t on t.id = x.tenant_id
      cross join lateral (select greatest(o.started_at, x.updated_at, o.decided_at,
        ${beginningFor(sql`o.not_before`)}) as since) w
    where x.status in (${literals(OPEN_STATUSES)}) and (o.channel = 'BANK' or o.released_at is null)
      and o.approval in ('NOT_NEEDED', 'APPROVED')
      and ${forTooLong}
    order by o.started_at limit ${most}`.execute(tx);
  return rows;
}

/** Payments of which the bank has said something that was not applied: its task was not reported, or the execution is gone. */
export async function listUnappliedEvents(
  tx: SystemTx,
  before: Date,
  most: number,
): Promise<(Stuck & Waiting)[]> {
  const { rows } = await sql<
    Stuck & Waiting
  >`select o.tenant_id, o.transaction_id, o.request_id, min(e.received_at) as since
    from bank_events e join payment_orders o on o.tenant_id = e.tenant_id and o.transaction_id = e.transaction_id
    where e.applied_at is null and e.kind <> 'CORRECTED' and e.received_at < ${before} and o.released_at is not null
    group by o.tenant_id, o.transaction_id, o.request_id limit ${most}`.execute(tx);
  return rows;
}

export interface Filed extends Stuck {
  readonly effective: string;
  /** The day that it is by the tenant’s clock. */
  readonly today: string;
}

/** Whether a statement shows that the money of a payment, whose entry is `e`, is back. Its silence is over, though nobody has said so. */
const IS_SHOWN_BACK = sql`exists (select from statement_legs l where l.tenant_id = e.tenant_id and l.transaction_id = e.transaction_id
  and l.leg = 'BACK' and l.reversal_id is null)`;

/** Asked once more when the payment is settled: a file may have come since it was listed. */
export async function isInDoubt(tx: TenantTx, transactionId: string): Promise<boolean> {
  const { rows } = await sql<{ in_doubt: boolean }>`select ${IN_DOUBT} or ${IS_SHOWN_BACK} as in_doubt
    from outbound_entries e join outbound_files f on f.tenant_id = e.tenant_id and f.id = e.file_id
    where e.transaction_id = ${transactionId}`.execute(tx);
  return rows[0]?.in_doubt !== false;
}

/** Those of payments of which silence tells something still, as {@link isInDoubt} asks it of one. */
export async function listSilent(tx: TenantTx, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ transaction_id: string }>`select e.transaction_id
    from outbound_entries e join outbound_files f on f.tenant_id = e.tenant_id and f.id = e.file_id
    where e.transaction_id = any(${[...ids]}::uuid[]) and not ${IN_DOUBT} and not ${IS_SHOWN_BACK}`.execute(
    tx,
  );
  return rows.map(({ transaction_id }) => transaction_id);
}

/**
 * Lists payments and reversals of files that have taken effect, were not returned, and of which silence tells something. Silence says of a reversal
 * that the payee had the money, so that its payment is settled first.
 */
export async function listFiled(tx: SystemTx, now: Date, most: number): Promise<Filed[]> {
  const { rows } =
    await sql<Filed>`select o.tenant_id, o.transaction_id, o.request_id, e.effective_entry_date::text as effective,
      ${fileDayOfTenant(now)}::text as today
    from ledger_transactions x join payment_orders o on o.tenant_id = x.tenant_id and o.transaction_id = x.id
      join tenant_directory t on t.id = x.tenant_id
      join outbound_entries e on e.tenant_id = x.tenant_id and e.transaction_id = x.id
      join outbound_files f on f.tenant_id = e.tenant_id and f.id = e.file_id
    where x.status = 'SENT' and o.channel = 'NACHA_FILE' and e.effective_entry_date <= ${fileDayOfTenant(now)} and not ${IN_DOUBT} and not ${IS_SHOWN_BACK}
      and not exists (select from ledger_transactions p where p.tenant_id = x.tenant_id and p.id = x.reverses and p.status = 'SENT')
    order by e.effective_entry_date limit ${most}`.execute(tx);
  return rows;
}

/** Payments, and reversals, of files that the bank has not taken. */
export async function listRejected(
  tx: SystemTx,
  most: number,
): Promise<(Stuck & { readonly file_id: string })[]> {
  const { rows } = await sql<Stuck & { readonly file_id: string }>`
    select o.tenant_id, o.transaction_id, o.request_id, f.id as file_id
    from outbound_files f join outbound_entries e on e.tenant_id = f.tenant_id and e.file_id = f.id
      join payment_orders o on o.tenant_id = e.tenant_id and o.transaction_id = e.transaction_id
      join ledger_transactions t on t.tenant_id = e.tenant_id and t.id = e.transaction_id
    where f.rejected_at is not null and t.status = 'SENT'
    order by e.tenant_id, e.transaction_id limit ${most}`.execute(tx);
  return rows;
}

export interface Unfinished {
  readonly tenant_id: TenantId;
  readonly dividend_id: string;
}

/** Dividends of active tenants whose worker has stopped without a message that would go on. */
export async function listStoppedRuns(
  tx: SystemTx,
  before: Date,
  most: number,
): Promise<(Unfinished & Waiting)[]> {
  const { rows } = await sql<Unfinished & Waiting>`select r.tenant_id, r.dividend_id, r.updated_at as since
    from payment_runs r join tenant_directory t on t.id = r.tenant_id and t.status = 'ACTIVE'
    where r.state = 'RUNNING' and r.updated_at < ${before} limit ${most}`.execute(tx);
  return rows;
}

/** Runs of active tenants whose dividend may be paid from now on: the day has begun where the issuer lives. */
export async function listDueRuns(tx: SystemTx, now: Date, most: number): Promise<Unfinished[]> {
  const { rows } = await sql<Unfinished>`select r.tenant_id, r.dividend_id
    from payment_runs r join tenant_directory t on t.id = r.tenant_id and t.status = 'ACTIVE'
      join declared_dividends d on d.tenant_id = r.tenant_id and d.id = r.dividend_id
    where r.state = 'SCHEDULED' and d.payable_date <= ${dayOfTenant(now)} limit ${most}`.execute(tx);
  return rows;
}
