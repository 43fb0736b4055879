import { sql } from 'kysely';
import type { z } from 'zod';
import type { TransactionStatus, TransactionType } from '#contracts/transactions.ts';
import { fromMinor } from '#kernel/money.ts';
import { TRANSACTION_COLUMNS, type TransactionRow } from '#ledger/transactions.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Transaction } from './orders.routes.ts';
import type { OrderRow } from './payment-order.repository.ts';

/** A transaction, with its payment order if there is one. */
export type OrderedRow = TransactionRow & {
  readonly approval: OrderRow['approval'] | null;
  readonly bank_account_id: string | null;
  readonly not_before: string | null;
  readonly payee_name: string | null;
};

export function toTransaction(row: TransactionRow & Partial<OrderedRow>): z.infer<typeof Transaction> {
  const { id, tenant_id, amount, currency, version } = row;
  return {
    id,
    tenant_id,
    type: row.type,
    status: row.status,
    amount: fromMinor(amount, currency),
    currency,
    ...present({
      shareholder_id: row.shareholder_id,
      plan_id: row.plan_id,
      payee_name: row.payee_name,
      dividend_id: row.dividend_id,
      repays_dividend_id: row.repays_dividend_id,
      compensates: row.compensates,
      reverses: row.reverses,
      return_code: row.return_code,
      memo: row.memo,
      approval: row.approval,
      bank_account_id: row.bank_account_id,
      not_before: row.not_before,
    }),
    version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    updated_at: row.updated_at.toISOString(),
  };
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

export function present<T extends Record<string, unknown>>(fields: T): Present<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Present<T>;
}

const PAYEE_NAME = sql<
  string | null
>`coalesce(holder_name(t.shareholder_id), plan_participant_name(t.plan_id))`.as('payee_name');

function ordered(read: TenantRead) {
  return read
    .selectFrom('ledger_transactions as t')
    .leftJoin('payment_orders as o', (join) =>
      join.onRef('o.tenant_id', '=', 't.tenant_id').onRef('o.transaction_id', '=', 't.id'),
    )
    .select(TRANSACTION_COLUMNS.map((column) => `t.${column}` as const))
    .select(['o.approval', 'o.bank_account_id', 'o.not_before', PAYEE_NAME]);
}

export function findTransaction(read: TenantRead, id: string): Promise<OrderedRow | undefined> {
  return ordered(read).where('t.id', '=', id).executeTakeFirst();
}

export interface TransactionFilter {
  readonly status?: TransactionStatus | undefined;
  readonly type?: TransactionType | undefined;
  readonly approval?: OrderRow['approval'] | undefined;
  readonly shareholder_id?: string | undefined;
  readonly plan_id?: string | undefined;
  readonly dividend_id?: string | undefined;
}

/** Newest first, which is by id, unless another order is asked for. */
export function listOrderedTransactions(
  read: TenantRead,
  { approval, ...filter }: PageRequest & TransactionFilter,
  { position, after, by }: Sorted,
): Promise<(OrderedRow & { readonly position: string | null })[]> {
  let query = ordered(read)
    .select(position.as('position'))
    .where(after)
    .orderBy(by)
    .limit(filter.limit + 1);
  if (approval !== undefined) query = query.where('o.approval', '=', approval);
  for (const name of ['status', 'type', 'shareholder_id', 'plan_id', 'dividend_id'] as const) {
    const value = filter[name];
    if (value !== undefined) query = query.where(`t.${name}`, '=', value);
  }
  return query.execute();
}
