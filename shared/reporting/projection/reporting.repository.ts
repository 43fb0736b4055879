import { sql } from 'kysely';
import type { Statement } from '#platform/db/pipeline.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';

/** A transaction as a row of the reporting tables; `amount` in minor units, as digits. */
export interface ReportedTransaction {
  readonly id: string;
  readonly version: number;
  readonly amount: string;
}

const COLUMNS =
  'id, version, type, status, amount, currency, shareholder_id, plan_id, dividend_id, compensates, return_code, source, effective_date, created_at, updated_at';
/** The columns that may change: all except the key. */
const REPLACED = COLUMNS.split(', ').slice(1);
const REPLACE = REPLACED.map((column) => `${column} = excluded.${column}`).join(', ');

/**
 * Rows come in the order of their keys, so that two workers can't wait for each other in a circle. The newer of two
 * versions stays.
 */
const UPSERT = `insert into reporting_transactions as r (${COLUMNS})
  select distinct on (id) ${COLUMNS.replace('created_at, updated_at', `date_trunc('milliseconds', created_at), date_trunc('milliseconds', updated_at)`)}
  from json_to_recordset($1) as e (id uuid, version integer, type text, status text, amount bigint, currency text, shareholder_id uuid,
    plan_id uuid, dividend_id uuid, compensates uuid, return_code text, source text, effective_date date, created_at timestamptz, updated_at timestamptz)
  order by id, version desc
  on conflict (tenant_id, id) do update set ${REPLACE} where excluded.version > r.version`;

/**
 * Returns the statement for `tenantStatements` that stores every row that is newer than the stored version of its
 * transaction.
 */
export function upsertStatement(transactions: readonly ReportedTransaction[]): Statement {
  return { text: UPSERT, values: [JSON.stringify(transactions)] };
}

export async function listTenantIds(tx: SystemTx): Promise<string[]> {
  const rows = await tx.selectFrom('tenant_directory').select('id').orderBy('id').execute();
  return rows.map(({ id }) => id);
}

export interface RebuiltChunk {
  /** Null at the end. */
  readonly last: string | null;
  readonly compared: number;
  readonly repaired: number;
}

const rowOf = (alias: string) => `(${REPLACED.map((column) => `${alias}.${column}`).join(', ')})`;

/**
 * Compares the next transactions of a tenant with the ledger, and writes those that the reporting tables lack or have
 * otherwise.
 */
export async function rebuildChunk(
  tx: SystemTx,
  tenantId: string,
  after: string,
  limit: number,
): Promise<RebuiltChunk> {
  const { rows } = await sql<RebuiltChunk>`
    with chunk as materialized (
      select tenant_id, ${sql.raw(COLUMNS)} from reportable_transactions
      where tenant_id = ${tenantId}::uuid and id > ${after}::uuid order by id limit ${limit}
    ), written as (
      insert into reporting_transactions as r (tenant_id, ${sql.raw(COLUMNS)})
      select tenant_id, ${sql.raw(COLUMNS)} from chunk order by id
      on conflict (tenant_id, id) do update set ${sql.raw(REPLACE)}
        where excluded.version >= r.version and ${sql.raw(rowOf('excluded'))} is distinct from ${sql.raw(rowOf('r'))}
      returning 1
    )
    select (select id from chunk order by id desc limit 1) as last, (select count(*)::integer from chunk) as compared,
      (select count(*)::integer from written) as repaired`.execute(tx);
  return rows[0] ?? { last: null, compared: 0, repaired: 0 };
}
