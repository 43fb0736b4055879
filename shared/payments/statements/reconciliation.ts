import { sumCash } from '#ledger/journal.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import {
  type BankBalances,
  findBankBalances,
  listOutstanding,
  type OutstandingRow,
  type ReconciliationSums,
  sumReconciliation,
} from './reconciliation.repository.ts';

/** ACH moves dollars only. */
export const RECONCILED_CURRENCY = 'USD';

export interface Reconciliation {
  readonly cash: bigint;
  readonly inTransit: bigint;
  /** Undefined where no statement of the account begins by the day. */
  readonly bank:
    | (BankBalances & { readonly sums: ReconciliationSums; readonly difference: bigint })
    | undefined;
}

/** Compares what the bank says of the account by a day with what the ledger has moved. */
export async function reconcile(read: TenantRead, asOf: string): Promise<Reconciliation> {
  const ledger = await sumCash(read, RECONCILED_CURRENCY, asOf);
  const bank = await findBankBalances(read, asOf);
  if (bank === undefined) return { ...ledger, bank };
  const sums = await sumReconciliation(read, { asOf, currency: RECONCILED_CURRENCY });
  return { ...ledger, bank: { ...bank, sums, difference: differenceOf(bank, sums) } };
}

/** Returns what has moved the ledger’s side otherwise than by payments: tax that was remitted, and what comes into plans. */
export function movedOtherwise({ cash, inTransit, bank }: Reconciliation): bigint | undefined {
  return bank && cash + inTransit - BigInt(bank.sums.moved.amount);
}

/**
 * Returns what nothing that is listed accounts for: the balance of the bank, less the one that follows from the payments of the ledger and from what one of both doesn’t
 * have. A statement that is missing leaves one.
 */
function differenceOf(
  { opening, closing }: BankBalances,
  { moved, explained, unmatched, ahead, outstanding, before }: ReconciliationSums,
): bigint {
  const inLedger = BigInt(moved.amount) - BigInt(before.amount);
  const atBankOnly = BigInt(explained.amount) + BigInt(unmatched.amount) + BigInt(ahead.amount);
  return closing - (opening + inLedger + atBankOnly - BigInt(outstanding.amount));
}

/** Lists a part of what one of both has and the other has not, by day. */
export function outstandingItems(
  read: TenantRead,
  asOf: string,
  part: { readonly after: readonly string[] | undefined; readonly limit: number },
): Promise<OutstandingRow[]> {
  return listOutstanding(read, { asOf, currency: RECONCILED_CURRENCY }, part);
}
