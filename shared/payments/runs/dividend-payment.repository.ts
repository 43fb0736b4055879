import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import type { PaymentStanding } from '#contracts/transactions.ts';
import { standingOf } from '#ledger/payment-standing.ts';
import { TRANSACTION_COLUMNS } from '#ledger/transactions.ts';
import type { OrderedRow } from '#payments/orders/ordered-transaction.ts';
import { toShownTransaction } from '#payments/orders/shown-transaction.ts';
import { decodeCursor } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { DividendPayment, listDividendPayments } from './dividend-payments.routes.ts';

type Shown = z.infer<typeof DividendPayment>;
type Filter = z.output<(typeof listDividendPayments)['query']>;

export interface DividendPaymentRow extends OrderedRow {
  readonly shareholder_id: string;
  readonly external_ref: string;
  readonly state: PaymentStanding;
  readonly replaces: string | null;
  readonly replaced_by: string | null;
}

export function toDividendPayment(row: DividendPaymentRow): Shown {
  const { shareholder_id, external_ref, state, replaces, replaced_by } = row;
  return {
    ...toShownTransaction(row),
    ...{ shareholder_id, external_ref, state },
    ...(replaces === null ? {} : { replaces }),
    ...(replaced_by === null ? {} : { replaced_by }),
  };
}

const STATE = standingOf('t');

/** Narrows by status before the state is asked for, so that the few payments of a rare one are found by their index. */
const STATUS_OF: Readonly<Partial<Record<PaymentStanding, string>>> = {
  PENDING: 'PENDING',
  SENT: 'SENT',
  SETTLED: 'SETTLED',
  RETURNED: 'SETTLED',
  FAILED: 'FAILED',
  DENIED: 'FAILED',
  CANCELLED: 'CANCELLED',
};

const COLUMNS = sql.raw(TRANSACTION_COLUMNS.map((column) => `t.${column}`).join(', '));

/** A dividend's payments are those of its snapshot, those of its adjustments, and those that pay one of either again: each has its index. */
const PARTS = (dividendId: string) => [
  sql`t.dividend_id = ${dividendId} and t.adjustment_id is null`,
  sql`t.dividend_id = ${dividendId} and t.adjustment_id is not null`,
  sql`t.repays_dividend_id = ${dividendId}`,
];

/** Lists the payments of a dividend by holder, and of each the first one first. */
export async function findDividendPayments(
  read: TenantRead,
  dividendId: string,
  { limit, cursor, state, shareholder_id, external_ref }: Filter,
): Promise<DividendPaymentRow[]> {
  const wanted: RawBuilder<unknown>[] = [sql`t.compensates is null and t.amount > 0`];
  if (cursor !== undefined) {
    const [holder, id] = decodeCursor(cursor, ['uuid', 'uuid']);
    wanted.push(sql`(t.shareholder_id, t.id) > (${holder}::uuid, ${id}::uuid)`);
  }
  if (shareholder_id !== undefined) wanted.push(sql`t.shareholder_id = ${shareholder_id}`);
  if (external_ref !== undefined)
    wanted.push(
      sql`t.shareholder_id = (select h.id from holders_of_record h where h.external_ref = ${external_ref})`,
    );
  if (state !== undefined) {
    const status = STATUS_OF[state];
    if (status !== undefined) wanted.push(sql`t.status = ${sql.lit(status)}`);
    wanted.push(sql`${STATE} = ${state}`);
  }
  const parts = PARTS(dividendId).map(
    (part) => sql`(
      select ${COLUMNS} from ledger_transactions t where ${part} and ${sql.join(wanted, sql` and `)}
      order by t.shareholder_id, t.id limit ${limit + 1})`,
  );
  const { rows } = await sql<DividendPaymentRow>`
    select ${COLUMNS}, o.approval, o.bank_account_id, o.not_before, o.replaces, s.external_ref, holder_name(t.shareholder_id) as payee_name,
      ${STATE} as state,
      (select n.transaction_id from payment_orders n where n.replaces = t.id) as replaced_by
    from (${sql.join(parts, sql` union all `)}) t
      join holders_of_record s on s.tenant_id = t.tenant_id and s.id = t.shareholder_id
      left join payment_orders o on o.tenant_id = t.tenant_id and o.transaction_id = t.id
    order by t.shareholder_id, t.id limit ${limit + 1}`.execute(read);
  return rows;
}
