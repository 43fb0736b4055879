import { type RawBuilder, sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** A file takes effect after a weekend and a holiday at the latest, and a statement of that day comes on the next. */
const AT_BANK_WITHIN_DAYS = 5;

/**
 * The ledger has moved this since the first statement of the account, and no statement has, though one tells of days that are later by long enough.
 * Money that has left and is back by the ledger alone is none, nor a payment by the ledger alone whose place another one takes by the ledger alone:
 * there the bank has what the payee has.
 */
const notAtBank = (those: RawBuilder<unknown>) => sql`(
  with account as (select (statement_account ->> 'id')::uuid as id from payment_settings where statement_account is not null),
  read as (select from_day, to_day, received_at from bank_statements where account_id = (select id from account)),
  missing as materialized (
    select m.transaction_id, m.leg, m.amount, m.currency, e.file_id,
      case m.leg when 'OUT' then greatest(m.effective_date, e.effective_entry_date) else m.effective_date end as day
    from payment_movements m left join outbound_entries e on e.tenant_id = m.tenant_id and e.transaction_id = m.transaction_id
    where m.currency = 'USD' and m.effective_date >= (select min(from_day) from read)
      and ${those}
      and not exists (select from statement_legs l where l.tenant_id = m.tenant_id and l.transaction_id = m.transaction_id and l.leg = m.leg))
  select m.transaction_id, m.leg, m.amount, m.currency, m.file_id, s.since
  from missing m
    join payment_orders o on o.transaction_id = m.transaction_id
    join lateral (select min(received_at) as since from read where to_day >= m.day + ${sql.lit(AT_BANK_WITHIN_DAYS)}) s on s.since is not null
  where not exists (select from missing b where b.transaction_id = m.transaction_id and b.leg <> m.leg)
    and not exists (select from missing b where m.leg = 'OUT' and b.leg = 'BACK' and b.transaction_id = o.replaces)
    and not exists (select from missing b join payment_orders r on r.transaction_id = b.transaction_id
      where m.leg = 'BACK' and b.leg = 'OUT' and r.replaces = m.transaction_id))`;

export const NOT_AT_BANK = notAtBank(sql`true`);

/** Whether statements should have what the ledger has moved for a payment, and don't. */
export async function isMissingAtBank(read: TenantRead, transactionId: string): Promise<boolean> {
  // The payment in whose place it is, and the one in its own, count with it.
  const { rows: chain } = await sql<{
    id: string;
  }>`select coalesce(replaces, transaction_id) as id from payment_orders
    where transaction_id = ${transactionId}::uuid union select transaction_id from payment_orders where replaces = ${transactionId}::uuid`.execute(
    read,
  );
  const those = sql`m.transaction_id = any(${[transactionId, ...chain.map(({ id }) => id)]}::uuid[])`;
  const { rows } =
    await sql`select from ${notAtBank(those)} as n where n.transaction_id = ${transactionId}`.execute(read);
  return rows.length > 0;
}
