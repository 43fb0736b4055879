import type * as z from 'zod';
import { fromMinor } from '#kernel/money.ts';
import type { TrialBalance } from './ledger.routes.ts';
import type { AccountRow } from './trial-balance.repository.ts';

export function toTrialBalance(asOf: string, accounts: readonly AccountRow[]): z.infer<typeof TrialBalance> {
  return {
    as_of: asOf,
    data: accounts.map(({ account, currency, debits, credits }) => ({
      account,
      currency,
      debits: fromMinor(BigInt(debits), currency),
      credits: fromMinor(BigInt(credits), currency),
      balance: fromMinor(BigInt(debits) - BigInt(credits), currency),
    })),
  };
}
