import { type RawBuilder, sql } from 'kysely';
import type { PaymentStanding } from '#contracts/transactions.ts';

/** Returns the standing of a payment as SQL: `alias` names its row of `ledger_transactions`. */
export function standingOf(alias: 'p' | 't'): RawBuilder<PaymentStanding> {
  const p = sql.raw(alias);
  return sql`case when exists (select from ledger_transactions n where n.tenant_id = ${p}.tenant_id and n.adjusts = ${p}.id and n.amount < 0) then 'ADJUSTED'
      when ${p}.status = 'SETTLED' and ${p}.return_code is not null then 'RETURNED'
      when ${p}.status = 'FAILED' and ${p}.return_code = 'DENIED' then 'DENIED' else ${p}.status end`;
}
