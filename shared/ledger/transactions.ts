import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { PaymentOrders, Transactions } from '#generated/database.ts';
import { fromMinor } from '#kernel/money.ts';
import type { Status } from '#payments/bank/consequence.ts';
import type { Transaction, TransactionWithHistory } from '#payments/orders/orders.routes.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

export type TransactionRow = Selectable<Transactions>;
/** With what its order says, if there is one. */
export type OrderedRow = TransactionRow & {
  readonly approval: Selectable<PaymentOrders>['approval'] | null;
  readonly bank_account_id: string | null;
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
      dividend_id: row.dividend_id,
      compensates: row.compensates,
      return_code: row.return_code,
      memo: row.memo,
      approval: row.approval,
      bank_account_id: row.bank_account_id,
    }),
    version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

function present<T extends Record<string, unknown>>(fields: T): Present<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Present<T>;
}

function ordered(read: TenantRead) {
  return read
    .selectFrom('transactions as t')
    .leftJoin('payment_orders as d', (join) =>
      join.onRef('d.tenant_id', '=', 't.tenant_id').onRef('d.transaction_id', '=', 't.id'),
    )
    .selectAll('t')
    .select(['d.approval', 'd.bank_account_id']);
}

export function findTransaction(read: TenantRead, id: string): Promise<OrderedRow | undefined> {
  return ordered(read).where('t.id', '=', id).executeTakeFirst();
}

type History = Pick<z.infer<typeof TransactionWithHistory>, 'history' | 'compensated_by' | 'replaced_by'>;

export async function findHistory(read: TenantRead, id: string): Promise<History> {
  const transitions = await read
    .selectFrom('transaction_transitions')
    .select(['version', 'from_status', 'to_status', 'return_code', 'occurred_at'])
    .where('transaction_id', '=', id)
    .orderBy('version')
    .execute();
  const links = await read
    .selectNoFrom((eb) => [
      eb.selectFrom('transactions').select('id').where('compensates', '=', id).as('compensated_by'),
      eb.selectFrom('payment_orders').select('transaction_id').where('replaces', '=', id).as('replaced_by'),
    ])
    .executeTakeFirstOrThrow();
  return {
    history: transitions.map(({ version, from_status, to_status, return_code, occurred_at }) => ({
      version,
      from: from_status as Status,
      to: to_status as Status,
      return_code,
      occurred_at: occurred_at.toISOString(),
    })),
    ...present(links),
  };
}

export interface TransactionFilter {
  readonly status?: TransactionRow['status'] | undefined;
  readonly type?: TransactionRow['type'] | undefined;
  readonly approval?: NonNullable<OrderedRow['approval']> | undefined;
  readonly shareholder_id?: string | undefined;
  readonly plan_id?: string | undefined;
  readonly dividend_id?: string | undefined;
}

/** Newest first, which is by id. */
export function listTransactions(
  read: TenantRead,
  { limit, cursor, approval, ...filter }: PageRequest & TransactionFilter,
): Promise<OrderedRow[]> {
  let query = ordered(read)
    .orderBy('t.id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('t.id', '<', decodeCursor(cursor, ['uuid'])[0] as string);
  if (approval !== undefined) query = query.where('d.approval', '=', approval);
  for (const name of ['status', 'type', 'shareholder_id', 'plan_id', 'dividend_id'] as const) {
    const value = filter[name];
    if (value !== undefined) query = query.where(`t.${name}`, '=', value);
  }
  return query.execute();
}

/** Holds the transaction until ours ends: what the bank says, and how an execution is told of it, wait for each other here. */
export function lockTransaction(tx: TenantTx, id: string): Promise<TransactionRow | undefined> {
  return tx.selectFrom('transactions').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export interface NewTransaction {
  readonly id?: string;
  readonly type: TransactionRow['type'];
  readonly status?: Status;
  readonly amount: bigint;
  readonly currency: string;
  readonly shareholder_id?: string | null;
  readonly plan_id?: string | null;
  readonly dividend_id?: string | null;
  readonly compensates?: string;
  readonly return_code?: string;
  readonly memo?: string | null | undefined;
}

export function insertTransaction(tx: TenantTx, transaction: NewTransaction): Promise<TransactionRow> {
  return tx.insertInto('transactions').values(transaction).returningAll().executeTakeFirstOrThrow();
}

/** The one update by which a status changes: it finds the row only in the version that the caller has read. */
export function setStatus(
  tx: TenantTx,
  { id, version }: Pick<TransactionRow, 'id' | 'version'>,
  status: Status,
  returnCode?: string,
): Promise<TransactionRow | undefined> {
  return tx
    .updateTable('transactions')
    .set({
      status,
      version: version + 1,
      updated_at: sql<Date>`now()`,
      ...(returnCode === undefined ? {} : { return_code: returnCode }),
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst();
}
