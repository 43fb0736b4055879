import type { TransactionRow } from '#ledger/transactions.ts';
import type { OrderRow } from '#payments/orders/payment-order.repository.ts';
import { findBankAccounts } from '#payments/payees/bank-account.repository.ts';
import { findAccount } from '#payments/payees/payable-account.ts';
import { findPayee, type PayeeStanding, payeeOf, standingOf } from '#payments/payees/payee.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { listHolderStandings } from '#register/holder-standing.ts';

type Account = Awaited<ReturnType<typeof findAccount>>;

/** The payees and accounts of payments, as they are when their money leaves. */
export interface LookedAt {
  payee(transaction: TransactionRow): Promise<PayeeStanding | undefined>;
  account(id: string): Promise<Account>;
}

/** Looks at each when it is asked for. */
export function lookAtEach(read: TenantRead): LookedAt {
  return {
    payee: async (transaction) => findPayee(read, await payeeOf(read, transaction)),
    account: (id) => findAccount(read, id),
  };
}

/** Looks at the holders and accounts of all payments at once: a file has ten thousand. */
export async function lookAtAll(
  read: TenantRead,
  transactions: readonly TransactionRow[],
  orders: ReadonlyMap<string, OrderRow>,
): Promise<LookedAt> {
  const holderIds = transactions.flatMap(({ shareholder_id: id }) => (id === null ? [] : [id]));
  const holders = await listHolderStandings(read, holderIds);
  const accounts = await findBankAccounts(
    read,
    [...orders.values()].map(({ bank_account_id }) => bank_account_id),
  );
  const each = lookAtEach(read);
  return {
    payee: async (transaction) => {
      if (transaction.shareholder_id === null) return each.payee(transaction);
      const holder = holders.get(transaction.shareholder_id);
      return holder && standingOf(holder);
    },
    account: async (id) => accounts.get(id),
  };
}
