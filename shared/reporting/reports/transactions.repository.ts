import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Transactions } from '#generated/database.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Part } from './report.ts';

export interface TransactionsQuery {
  readonly from: string;
  readonly to: string;
  readonly type: string | undefined;
  readonly status: string | undefined;
  readonly shareholder_id: string | undefined;
  readonly plan_id: string | undefined;
  readonly dividend_id: string | undefined;
}

export interface TransactionReportRow {
  readonly id: string;
  readonly type: Selectable<Transactions>['type'];
  readonly status: Selectable<Transactions>['status'];
  readonly amount: bigint;
  readonly currency: string;
  readonly shareholder_id: string | null;
  readonly plan_id: string | null;
  readonly dividend_id: string | null;
  readonly compensates: string | null;
  readonly return_code: string | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const FILTERS = ['type', 'status', 'shareholder_id', 'plan_id', 'dividend_id'] as const;

/** Days begin at midnight UTC. */
function matching(query: TransactionsQuery): RawBuilder<unknown> {
  const filters = FILTERS.flatMap((name) =>
    query[name] === undefined ? [] : [sql` and ${sql.ref(name)} = ${query[name]}`],
  );
  return sql`created_at >= ${query.from}::date and created_at < ${query.to}::date + 1${sql.join(filters, sql``)}`;
}

/** Oldest first. */
export async function listTransactions(
  read: TenantRead,
  query: TransactionsQuery,
  { after, limit }: Part,
): Promise<TransactionReportRow[]> {
  const position =
    after === undefined ? sql`true` : sql`(created_at, id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`;
  const { rows } = await sql<TransactionReportRow>`
    select id, type, status, amount, currency, shareholder_id, plan_id, dividend_id, compensates, return_code, version, created_at, updated_at
    from reporting_transactions where ${matching(query)} and ${position}
    order by created_at, id limit ${limit}`.execute(read);
  return rows;
}

export interface TransactionTotal {
  readonly currency: string;
  readonly type: Selectable<Transactions>['type'];
  readonly status: Selectable<Transactions>['status'];
  readonly transactions: bigint;
  /** Minor units; numeric, since sums may leave a bigint. */
  readonly amount: string;
}

export async function sumTransactions(
  read: TenantRead,
  query: TransactionsQuery,
): Promise<TransactionTotal[]> {
  const { rows } = await sql<TransactionTotal>`
    select currency, type, status, count(*) as transactions, sum(amount)::text as amount
    from reporting_transactions where ${matching(query)} group by 1, 2, 3 order by 1, 2, 3`.execute(read);
  return rows;
}
