import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { Dividends } from '#generated/database.ts';
import { addDays } from '#kernel/calendar.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { fromMinor } from '#kernel/money.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { DividendState } from './dividend-state.ts';
import type { DividendSummary } from './dividends.routes.ts';

const COLUMNS = [
  'approval',
  'cancel_reason',
  'corporate_action_id',
  'created_at',
  'created_by',
  'currency',
  'declaration_date',
  'denominator',
  'exponent',
  'holders',
  'id',
  'idempotency_key',
  'numerator',
  'payable_date',
  'positions_known_at',
  'rate_per_share',
  'record_date',
  'residual',
  'security_class',
  'snapshot_sha256',
  'state',
  'tenant_id',
  'total_amount',
  'total_pool',
  'updated_at',
  'version',
  'withheld_amount',
] as const satisfies readonly (keyof Dividends)[];

export type DividendRow = Selectable<Dividends>;

export function toDividend(row: DividendRow): z.infer<typeof DividendSummary> {
  const { currency, rate_per_share, total_pool, total_amount, residual } = row;
  return {
    id: row.id,
    state: row.state,
    approval: row.approval,
    security_class: row.security_class,
    currency,
    ...(rate_per_share === null ? {} : { rate_per_share: canonicalDecimal(rate_per_share) }),
    ...(total_pool === null ? {} : { total_pool: fromMinor(total_pool, currency) }),
    declaration_date: row.declaration_date,
    record_date: row.record_date,
    payable_date: row.payable_date,
    ...(row.state === 'DECLARED' ? { frozen_from: addDays(row.record_date, 1) } : {}),
    holders: row.holders,
    total_amount: total_amount === null ? null : fromMinor(total_amount, currency),
    withheld_amount: total_amount === null ? null : fromMinor(row.withheld_amount, currency),
    residual: residual === null ? null : canonicalDecimal(residual),
    snapshot_sha256: row.snapshot_sha256,
    positions_known_at: row.positions_known_at?.toISOString() ?? null,
    ...(row.corporate_action_id === null ? {} : { corporate_action_id: row.corporate_action_id }),
    ...(row.cancel_reason === null ? {} : { cancel_reason: row.cancel_reason }),
    version: row.version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    updated_at: row.updated_at.toISOString(),
  };
}

export interface NewDividendRow {
  readonly security_class: string;
  readonly currency: string;
  readonly exponent: number;
  readonly rate_per_share: string | null;
  readonly total_pool: bigint | null;
  readonly declaration_date: string;
  readonly record_date: string;
  readonly payable_date: string;
  readonly idempotency_key: string;
  readonly approval: 'REQUIRED';
}

/** @throws DomainError `dividend-exists` when the key has declared another one */
export function insertDividend(tx: TenantTx, dividend: NewDividendRow): Promise<DividendRow> {
  return tx.insertInto('dividends').values(dividend).returning(COLUMNS).executeTakeFirstOrThrow();
}

export async function setApproval(tx: TenantTx, id: string, approval: 'APPROVED' | 'DENIED'): Promise<void> {
  await tx
    .updateTable('dividends')
    .set((eb) => ({ approval, version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .execute();
}

export function findDividend(read: TenantRead, id: string): Promise<DividendRow | undefined> {
  return read.selectFrom('dividends').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

/** Holds the row until the transaction ends: workers that write payments of the dividend wait, or are waited for. */
export function lockDividend(tx: TenantTx, id: string): Promise<DividendRow | undefined> {
  return tx.selectFrom('dividends').select(COLUMNS).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Holds the dividend that pays the fractions of a split, where there is one that stands. */
export function lockDividendOfSplit(
  tx: TenantTx,
  corporateActionId: string,
): Promise<DividendRow | undefined> {
  return tx
    .selectFrom('dividends')
    .select(COLUMNS)
    .where('corporate_action_id', '=', corporateActionId)
    .where('state', '<>', 'CANCELLED')
    .forUpdate()
    .executeTakeFirst();
}

/** Newest first. */
export function listDividends(
  read: TenantRead,
  {
    state,
    ...request
  }: PageRequest & {
    readonly state?: DividendRow['state'] | undefined;
  },
  { position, after, by }: Sorted,
): Promise<(DividendRow & { readonly position: string | null })[]> {
  let query = read
    .selectFrom('dividends')
    .select([...COLUMNS, position.as('position')])
    .where(after)
    .orderBy(by)
    .limit(request.limit + 1);
  if (state !== undefined) query = query.where('state', '=', state);
  return query.execute();
}

/** Changes the state of a dividend that still has the one it was read in. The database refuses what isn't legal. */
export function setDividendState(
  tx: TenantTx,
  { id, version }: Pick<DividendRow, 'id' | 'version'>,
  change: { state: DividendState; cancel_reason?: 'REQUESTED' },
): Promise<DividendRow | undefined> {
  return tx
    .updateTable('dividends')
    .set({ ...change, version: version + 1, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('version', '=', version)
    .returning(COLUMNS)
    .executeTakeFirst();
}

/** Freezes the entitlement; answers the new state, or null when the dividend isn't waiting for it. */
export async function takeSnapshot(
  tx: TenantTx,
  id: string,
  knownAt: Date,
  holdersPerChunk: number,
): Promise<DividendState | null> {
  const { rows } = await sql<{ state: DividendState | null }>`
    select take_dividend_snapshot(${id}, ${knownAt}, ${holdersPerChunk}) as state`.execute(tx);
  return rows[0]?.state ?? null;
}

export interface Reconciliation {
  readonly lines: bigint;
  readonly lines_total: string;
  readonly payable: bigint;
  readonly transactions: bigint;
  readonly transactions_total: string;
  readonly unmatched: bigint;
  readonly failed_holders: bigint;
  /** Adjustments and their sum; their transactions and the sum of those; adjustments whose transactions come to something else. */
  readonly adjustments: bigint;
  readonly adjusted: string;
  /** Tax, of those adjustments. */
  readonly adjusted_withheld: string;
  readonly adjusting: bigint;
  readonly adjusting_total: string;
  readonly adjustments_unmatched: bigint;
  readonly pending: bigint;
  /** Minor units. */
  readonly paid: string;
  readonly in_flight: string;
  readonly returned: string;
}

/** Sums of lines and transactions as they stand, computed by the database. */
export async function findReconciliation(read: TenantRead, id: string): Promise<Reconciliation> {
  const { rows } = await sql<Reconciliation>`
    select r.lines, r.lines_total, r.payable, r.transactions, r.transactions_total, r.unmatched,
      (select coalesce(sum(holders), 0)::bigint from dividend_chunks where dividend_id = ${id} and state = 'FAILED') as failed_holders,
      (select count(*) from ledger_transactions where dividend_id = ${id} and status = 'PENDING') as pending,
      s.paid, s.in_flight, s.returned,
      a.adjustments, a.adjusted, a.adjusted_withheld, a.adjusting, a.adjusting_total, a.adjustments_unmatched
    from reconcile_dividend(${id}) r, (
      select coalesce(sum(amount) filter (where status = 'SETTLED' and (amount > 0 or compensates is not null)), 0)::text as paid,
        coalesce(sum(amount) filter (where status = 'SENT'), 0)::text as in_flight,
        coalesce(-sum(amount) filter (where compensates is not null), 0)::text as returned
      from ledger_transactions where dividend_id = ${id} or repays_dividend_id = ${id}) s, (
      select count(a.id) as adjustments, coalesce(sum(a.amount), 0)::text as adjusted,
        coalesce(sum(a.withheld), 0)::text as adjusted_withheld, coalesce(sum(t.n), 0)::bigint as adjusting,
        coalesce(sum(t.total), 0)::text as adjusting_total,
        count(*) filter (where a.amount - a.withheld is distinct from t.total) as adjustments_unmatched
      from (select id, amount, withheld from dividend_adjustments where dividend_id = ${id}) a full join (
        select adjustment_id, count(*) as n, sum(amount) as total from ledger_transactions
        where dividend_id = ${id} and adjustment_id is not null group by 1) t on t.adjustment_id = a.id) a`.execute(
    read,
  );
  return rows[0] as Reconciliation;
}
