import { sql } from 'kysely';
import { TRANSACTIONS_PER_EVENT, type TransactionEvent } from '#contracts/event-types.ts';
import type { TransactionStatus } from '#contracts/transactions.ts';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { toTransactionState } from './transaction-state.ts';
import { STANDINGS } from './transaction-status.ts';
import { TRANSACTION_COLUMNS, type TransactionRow } from './transactions.ts';

/** A transaction that is locked, and the code of its return; null where it has none. */
export interface Changing {
  readonly transaction: TransactionRow;
  readonly code: string | null;
}

const CHANGED = sql.join(TRANSACTION_COLUMNS.map((column) => sql.ref(`t.${column}`)));

/** The one update of {@link setStatus}, of a set: it finds each row only in the version that the caller has locked. */
async function setStatusOfEach(
  tx: TenantTx,
  changing: readonly Changing[],
  status: TransactionStatus,
): Promise<TransactionRow[]> {
  const rows = changing.map(({ transaction: { id, version }, code }) => ({ id, version, code }));
  const { rows: changed } = await sql<TransactionRow>`update transactions t
    set status = ${status}, version = t.version + 1, updated_at = now(), return_code = coalesce(n.code, t.return_code)
    from json_to_recordset(${JSON.stringify(rows)}) as n (id uuid, version integer, code text)
    where t.id = n.id and t.version = n.version returning ${CHANGED}`.execute(tx);
  if (changed.length !== rows.length) throw new Error('a transaction that is locked has changed');
  return changed;
}

/** Publishes what transactions have become, in as few events as the bus takes. */
export function emitOfEach(
  tx: TenantTx,
  event: TransactionEvent,
  transactions: readonly TransactionRow[],
): void {
  for (let start = 0; start < transactions.length; start += TRANSACTIONS_PER_EVENT) {
    const part = transactions.slice(start, start + TRANSACTIONS_PER_EVENT);
    emit(tx, event, { transactions: part.map((transaction) => toTransactionState(transaction)) });
  }
}

/** Moves locked transactions on, as `changeStatus` does with one, and publishes what each has become. */
export async function changeStatusOfEach(
  tx: TenantTx,
  changing: readonly Changing[],
  status: TransactionStatus,
): Promise<void> {
  if (changing.length === 0) return;
  const changed = await setStatusOfEach(tx, changing, status);
  const { event } = STANDINGS[status];
  if (event !== undefined) emitOfEach(tx, event, changed);
}

/** Takes settled transactions back that are locked and that nobody has taken back, as `compensate` does with one. Returns what has taken each back. */
export async function compensateEach(
  tx: TenantTx,
  changing: readonly Changing[],
): Promise<ReadonlyMap<string, string>> {
  if (changing.length === 0) return new Map();
  const rows = changing.map(({ transaction: { id }, code }) => ({ id, code }));
  const { rows: taken } = await sql<TransactionRow>`insert into transactions as c
      (type, currency, shareholder_id, plan_id, dividend_id, repays_dividend_id, amount, status, compensates, return_code)
    select p.type, p.currency, p.shareholder_id, p.plan_id, p.dividend_id, p.repays_dividend_id, -p.amount, 'SETTLED', p.id, n.code
    from json_to_recordset(${JSON.stringify(rows)}) as n (id uuid, code text) join transactions p on p.id = n.id
    returning ${sql.join(TRANSACTION_COLUMNS.map((column) => sql.ref(`c.${column}`)))}`.execute(tx);
  const takenOf = new Map(taken.map((compensation) => [compensation.compensates, compensation]));
  const returned = (await setStatusOfEach(tx, changing, 'SETTLED')).flatMap((marked) => {
    const compensation = takenOf.get(marked.id);
    if (compensation === undefined) throw new Error('a payment was not taken back');
    return [marked, compensation];
  });
  emitOfEach(tx, 'transaction.returned', returned);
  return new Map(taken.map(({ id, compensates }) => [compensates ?? '', id]));
}
