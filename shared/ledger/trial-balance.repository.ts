import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

export interface AccountRow {
  readonly account: string;
  readonly currency: string;
  /** Minor units; numeric, since sums may leave a bigint. */
  readonly debits: string;
  readonly credits: string;
}

/** Each entry counts once to the account that it debits and once to the one that it credits. */
export async function listAccounts(read: TenantRead, asOf: string): Promise<AccountRow[]> {
  const { rows } =
    await sql<AccountRow>`select account, currency, sum(debit)::text as debits, sum(credit)::text as credits
    from (
      select j.debit_account as account, j.currency, j.amount as debit, 0 as credit from journal j where j.effective_date <= ${asOf}::date
      union all
      select j.credit_account, j.currency, 0, j.amount from journal j where j.effective_date <= ${asOf}::date
    ) as sides
    group by account, currency order by account, currency`.execute(read);
  return rows;
}
