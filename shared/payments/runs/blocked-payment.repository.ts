import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import { ACCOUNT_CURRENCY } from '#payments/payees/account-currency.ts';
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
  /** Null for the line of the snapshot. */
  readonly adjustment_id: string | null;
  readonly reasons: Reason[];
  readonly usable_from: Date | null;
}

export function toBlocked({
  amount,
  usable_from,
  adjustment_id,
  ...row
}: BlockedRow): z.infer<typeof BlockedPayment> {
  return {
    ...row,
    amount: fromMinor(amount, row.currency),
    ...(adjustment_id === null ? {} : { adjustment_id }),
    usable_from: usable_from?.toISOString() ?? null,
  };
}

/** Tells of a holder which accounts there are; `state` is null if one can be paid into now. */
const ACCOUNTS = sql`
  select case
      when bool_or(${USABLE_ACCOUNT}) then null
      when bool_or(${APPROVED_ACCOUNT} and b.usable_from <= present_instant()) then 'ACCOUNT_AWAITING_PRENOTE'
      when bool_or(${APPROVED_ACCOUNT}) then 'ACCOUNT_COOLING_OFF'
      when bool_or(b.status = 'ACTIVE' and b.approval = 'REQUIRED') then 'ACCOUNT_AWAITING_APPROVAL'
      when bool_or(b.status <> 'ACTIVE') then 'ACCOUNT_CLOSED'
      else 'NO_ACCOUNT' end as state,
    min(b.usable_from) filter (where ${APPROVED_ACCOUNT}) as usable_from
  from bank_accounts b where b.shareholder_id = l.shareholder_id`;

/** Whether the newest payment of a line, `l`, is unpaid. It is asked of those alone who can't be paid, who are few. */
const UNPAID = sql`exists (select from ledger_transactions t
        join unpaid_payments u on u.tenant_id = t.tenant_id and u.transaction_id = case when t.return_code is null then t.id else newest_payment(t.id) end
        where t.tenant_id = l.tenant_id and t.id = l.transaction_id)`;

/** This stands for the line of the snapshot, which comes before the adjustments of its holder. */
const FIRST = '00000000-0000-0000-0000-000000000000';

/** The position of a holder in the order of {@link listBlocked}. */
export function positionOf({ shareholder_id, adjustment_id }: BlockedRow): string[] {
  return [shareholder_id, adjustment_id ?? FIRST];
}

/** Lists, by holder id, who is owed something by a dividend and can't be paid now. A holder has an entry for each payment that is owed. */
export async function listBlocked(
  read: TenantRead,
  dividendId: string,
  { limit, cursor, reason }: PageRequest & { reason?: Reason | undefined },
): Promise<BlockedRow[]> {
  const [holder, entry] = cursor === undefined ? [FIRST, FIRST] : decodeCursor(cursor, ['uuid', 'uuid']);
  const wanted = reason === undefined ? sql`cardinality(r.reasons) > 0` : sql`${reason} = any (r.reasons)`;
  const blocked = (owed: RawBuilder<unknown>, order: RawBuilder<unknown>) => sql`(
    select l.shareholder_id, s.external_ref, s.name, l.amount, d.currency, l.adjustment_id, r.reasons,
      case when a.state = 'ACCOUNT_COOLING_OFF' then a.usable_from end as usable_from
    from (${owed}) l
      join declared_dividends d on d.tenant_id = l.tenant_id and d.id = l.dividend_id
      join holders_of_record s on s.tenant_id = l.tenant_id and s.id = l.shareholder_id
      cross join lateral (${ACCOUNTS}) as a
      cross join lateral (select array_remove(array[
        case when s.kyc_status <> 'VERIFIED' then 'KYC_' || s.kyc_status end,
        case when d.currency <> ${ACCOUNT_CURRENCY} then 'CURRENCY_NOT_PAYABLE' end, a.state], null) as reasons) as r
    where l.dividend_id = ${dividendId} and l.transaction_id is not null and d.state <> 'CANCELLED'
      and case when ${wanted} then ${UNPAID} end
    order by ${order} limit ${limit + 1})`;
  const { rows } = await sql<BlockedRow>`
    select shareholder_id, external_ref, name, amount, currency, adjustment_id, reasons, usable_from from (
    ${blocked(
      sql`select tenant_id, dividend_id, shareholder_id, amount - withheld as amount, transaction_id, null::uuid as adjustment_id from entitlements
        where shareholder_id > ${holder}::uuid`,
      sql`l.shareholder_id`,
    )}
    union all
    ${blocked(
      sql`select e.tenant_id, e.dividend_id, e.shareholder_id, p.amount, e.transaction_id, e.id as adjustment_id from entitlement_adjustments e
        join ledger_transactions p on p.tenant_id = e.tenant_id and p.id = e.transaction_id
        where (e.shareholder_id, e.id) > (${holder}::uuid, ${entry}::uuid)`,
      sql`l.shareholder_id, l.adjustment_id`,
    )}) b order by shareholder_id, adjustment_id nulls first limit ${limit + 1}`.execute(read);
  return rows;
}
