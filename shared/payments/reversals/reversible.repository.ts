import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Reversible } from './reversal-refusal.ts';

export interface ReversibleRow extends Reversible {
  readonly id: string;
}

/** Returns what decides whether the money of transactions can be asked back. Those that do not exist are left out. */
export async function listReversible(read: TenantRead, ids: readonly string[]): Promise<ReversibleRow[]> {
  const { rows } = await sql<ReversibleRow>`
    select t.id, t.type, t.status, t.return_code, t.compensates, o.transaction_id is not null as is_ordered,
      coalesce(e.effective_entry_date, s.settled_on) as settlement_day, r.id as reversal_id,
      exists (select from bank_contradictions c where c.transaction_id = t.id and c.state = 'OPEN') as is_contradicted,
      f.id is null or (f.originator ->> 'company_id', f.originator ->> 'odfi_routing_number')
        is not distinct from (p.ach_originator ->> 'company_id', p.ach_originator ->> 'odfi_routing_number') as is_of_originator
    from ledger_transactions t
      left join payment_orders o on o.transaction_id = t.id
      left join outbound_entries e on e.transaction_id = t.id
      left join outbound_files f on f.id = e.file_id
      left join settlements s on s.transaction_id = t.id
      left join payment_settings p on true
      left join ledger_transactions r on r.reverses = t.id and r.status in ('PENDING', 'SENT', 'SETTLED')
    where t.id = any(${[...ids]}::uuid[])`.execute(read);
  return rows;
}

/** Whether the bank may have a reversal of a payment that has not ended. */
export async function isBeingReversed(read: TenantRead, transactionId: string): Promise<boolean> {
  const { rows } = await sql`
    select from ledger_transactions r join payment_orders o on o.transaction_id = r.id
    where r.reverses = ${transactionId} and (r.status = 'SENT' or r.status = 'PENDING' and (
      o.channel = 'BANK' and o.released_at is not null
      or exists (select from outbound_entries e where e.transaction_id = r.id)))`.execute(read);
  return rows.length > 0;
}
