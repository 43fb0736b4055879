import { sql } from 'kysely';

/**
 * Whether the bank may have the payment of an order `o`: by HTTP from its release on, by file once it is in one, and whenever the bank has spoken of
 * it. The database refuses to cancel it by the same rule (guard_cancelling).
 */
export const MAY_BE_AT_BANK = sql<boolean>`(o.channel = 'BANK' and o.released_at is not null
  or exists (select from outbound_entries e where e.tenant_id = o.tenant_id and e.transaction_id = o.transaction_id)
  or exists (select from bank_events e where e.tenant_id = o.tenant_id and e.transaction_id = o.transaction_id))`;
