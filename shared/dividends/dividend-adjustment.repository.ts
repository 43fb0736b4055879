import { type Selectable, sql } from 'kysely';
import type { DividendAdjustments } from '#generated/database.ts';
import type { Withheld } from '#ledger/transactions.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

/** A holder's part of a dividend. */
export interface Entitlement {
  /** Minor units: the line and its adjustments. */
  readonly entitled: bigint;
  readonly is_treasury: boolean;
  /** Whether an adjustment was made by this key before. */
  readonly key_used: boolean;
}

/** Sums the holder's line and its adjustments. */
export async function findEntitlement(
  read: TenantRead,
  { dividendId, shareholderId, key }: { dividendId: string; shareholderId: string; key: string },
): Promise<Entitlement> {
  const { rows } = await sql<{ entitled: string; is_treasury: boolean; key_used: boolean }>`
    select (coalesce((select amount from dividend_lines where dividend_id = d.id and shareholder_id = ${shareholderId}), 0)
        + coalesce((select sum(amount) from dividend_adjustments where dividend_id = d.id and shareholder_id = ${shareholderId}), 0))::text as entitled,
      ${shareholderId} in (select t.shareholder_id from treasury_holders(d.record_date, clock_timestamp()) as t) as is_treasury,
      exists (select from dividend_adjustments where idempotency_key = ${key}) as key_used
    from dividends d where d.id = ${dividendId}`.execute(read);
  const { entitled = '0', is_treasury = false, key_used = false } = rows[0] ?? {};
  return { entitled: BigInt(entitled), is_treasury, key_used };
}

/** A payment of a dividend that its holder has not received, and that nobody has ordered. */
export interface UnpaidPayment {
  readonly id: string;
  /** Minor units; `withheld` is what the holder is entitled to beside it. */
  readonly amount: bigint;
  readonly withheld: bigint;
  readonly is_pending: boolean;
}

/**
 * Lists what a reduction can take back, in the order in which it does: what has come back from the bank last, since the holder has received it
 * once, and of the others the newest first.
 */
export async function listUnpaidOf(
  read: TenantRead,
  dividendId: string,
  shareholderId: string,
): Promise<UnpaidPayment[]> {
  const { rows } = await sql<UnpaidPayment>`
    select u.transaction_id as id, u.amount, u.withheld, u.status = 'PENDING' as is_pending from unpaid_payments u
    where (u.dividend_id = ${dividendId} or u.repays_dividend_id = ${dividendId}) and u.shareholder_id = ${shareholderId}
      and (u.status <> 'PENDING' or not u.is_ordered)
    order by u.status = 'SETTLED', u.transaction_id desc`.execute(read);
  return rows;
}

export interface NewAdjustment extends Withheld {
  readonly dividend_id: string;
  readonly shareholder_id: string;
  readonly amount: bigint;
  readonly reason: string;
  readonly idempotency_key: string;
  readonly requested_by: string;
  readonly approved_by: string;
}

/** @param isPaid whether the adjustment has a payment, whose id it is given */
export function insertAdjustment(
  tx: TenantTx,
  adjustment: NewAdjustment,
  isPaid: boolean,
): Promise<Pick<Selectable<DividendAdjustments>, 'id' | 'transaction_id'>> {
  return tx
    .insertInto('dividend_adjustments')
    .values({ ...adjustment, ...(isPaid ? { transaction_id: sql<string>`uuid_v7()` } : {}) })
    .returning(['id', 'transaction_id'])
    .executeTakeFirstOrThrow();
}

/** The holders of a dividend who have adjustments, in order. */
export async function listAdjusted(read: TenantRead, dividendId: string): Promise<string[]> {
  const rows = await read
    .selectFrom('dividend_adjustments')
    .select('shareholder_id')
    .distinct()
    .where('dividend_id', '=', dividendId)
    .orderBy('shareholder_id')
    .execute();
  return rows.map(({ shareholder_id }) => shareholder_id);
}
