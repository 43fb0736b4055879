import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { BLOCKED_REASONS, BlockedPayment } from './payment-runs.routes.ts';
import { APPROVED_ACCOUNT, USABLE_ACCOUNT } from './usable-account.ts';

type Reason = (typeof BLOCKED_REASONS)[number];

interface BlockedRow {
  readonly shareholder_id: string;
  readonly external_ref: string;
  readonly name: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly reasons: Reason[];
  readonly usable_from: Date | null;
}

export function toBlocked({ amount, usable_from, ...row }: BlockedRow): z.infer<typeof BlockedPayment> {
  return {
    ...row,
    amount: fromMinor(amount, row.currency),
    usable_from: usable_from?.toISOString() ?? null,
  };
}

const isOpen = (alias: string) =>
  sql.raw(`(${alias}.status = 'SENT' or ${alias}.status = 'SETTLED' and ${alias}.return_code is null)`);

/** Tells of a holder which accounts there are; `state` is null if one can be paid into now. */
const ACCOUNTS = sql`
  select case
      when bool_or(${USABLE_ACCOUNT}) then null
      when bool_or(${APPROVED_ACCOUNT}) then 'ACCOUNT_COOLING_OFF'
      when bool_or(b.status = 'ACTIVE' and b.approval = 'REQUIRED') then 'ACCOUNT_AWAITING_APPROVAL'
      when bool_or(b.status <> 'ACTIVE') then 'ACCOUNT_CLOSED'
      else 'NO_ACCOUNT' end as state,
    min(b.usable_from) filter (where ${APPROVED_ACCOUNT}) as usable_from
  from bank_accounts b where b.shareholder_id = l.shareholder_id`;

/** Lists, by holder id, who is owed something by a dividend and can't be paid now. */
export async function listBlocked(
  read: TenantRead,
  dividendId: string,
  { limit, cursor, reason }: PageRequest & { reason?: Reason | undefined },
): Promise<BlockedRow[]> {
  const after: RawBuilder<unknown> =
    cursor === undefined ? sql`` : sql`and l.shareholder_id > ${decodeCursor(cursor, ['uuid'])[0]}::uuid`;
  const wanted = reason === undefined ? sql`cardinality(r.reasons) > 0` : sql`${reason} = any (r.reasons)`;
  const { rows } = await sql<BlockedRow>`
    select l.shareholder_id, s.external_ref, s.name, l.amount, d.currency, r.reasons,
      case when a.state = 'ACCOUNT_COOLING_OFF' then a.usable_from end as usable_from
    from entitlements l
      join declared_dividends d on d.tenant_id = l.tenant_id and d.id = l.dividend_id
      join holders_of_record s on s.tenant_id = l.tenant_id and s.id = l.shareholder_id
      cross join lateral (${ACCOUNTS}) as a
      cross join lateral (select array_remove(array[
        case when s.kyc_status <> 'VERIFIED' then 'KYC_' || s.kyc_status end, a.state], null) as reasons) as r
    where l.dividend_id = ${dividendId} ${after} and l.transaction_id is not null and d.state <> 'CANCELLED' and ${wanted}
      and not exists (select from ledger_transactions t where t.tenant_id = l.tenant_id and t.id = l.transaction_id and ${isOpen('t')})
      and not exists (select from ledger_transactions t where t.tenant_id = l.tenant_id and t.repays_dividend_id = l.dividend_id
        and t.shareholder_id = l.shareholder_id and t.compensates is null and ${isOpen('t')})
    order by l.shareholder_id limit ${limit + 1}`.execute(read);
  return rows;
}
