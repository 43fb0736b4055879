import type { Selectable } from 'kysely';
import type { TransactionState } from '#contracts/event-schemas.ts';
import type { Transactions } from '#generated/database.ts';
import { fromMinor } from '#kernel/money.ts';

type TransactionRow = Omit<
  Selectable<Transactions>,
  | 'tenant_id'
  | 'memo'
  | 'created_by'
  | 'source_account'
  | 'repays_dividend_id'
  | 'adjustment_id'
  | 'adjusts'
  | 'withheld'
  | 'withholding'
  | 'withholding_rate'
>;

/** Returns the state of a transaction for its event: everything except its memo, which is personal data of the payee. */
export function toTransactionState(
  row: TransactionRow,
  contribution: Pick<TransactionState, 'source' | 'effective_date'> = {},
): TransactionState {
  const { id, version, currency, shareholder_id, plan_id, dividend_id, compensates, reverses, return_code } =
    row;
  return {
    id,
    version,
    type: row.type,
    status: row.status,
    amount: fromMinor(row.amount, currency),
    currency,
    ...(shareholder_id === null ? {} : { shareholder_id }),
    ...(plan_id === null ? {} : { plan_id }),
    ...(dividend_id === null ? {} : { dividend_id }),
    ...(compensates === null ? {} : { compensates }),
    ...(reverses === null ? {} : { reverses }),
    ...(return_code === null ? {} : { return_code }),
    ...contribution,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
