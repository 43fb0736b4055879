import type * as z from 'zod';
import { fromMinor } from '#platform/money.ts';
import type { AccountRow } from './journal.repository.ts';
import type { TrialBalance } from './journal.routes.ts';

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
