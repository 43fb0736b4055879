import { uuidV7 } from '#kernel/ids.ts';
import { accountNumberLast4 } from '#payments/nacha/account-number.ts';
import { type RunStatement, runIn } from '#platform/db/run-statement.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { numberPlace } from './number-place.ts';
import {
  alikeAccounts,
  compareAccounts,
  countMoved,
  type FileOfAccounts,
  insertAccounts,
  matchAccounts,
  setSame,
} from './staged-accounts.repository.ts';
import { PayeesMoved } from './staged-payees.ts';

export { stagedAccounts } from './staged-accounts.repository.ts';

import { termsOfUse } from './terms-of-use.ts';

/** A number as it may be stored: for the account alone that it is sealed for. */
export interface SealedNumber {
  readonly account_id: string;
  readonly account_number_sealed: string;
  readonly account_last4: string;
}

/** Seals a number for a new account. */
export function sealNumber(accountNumber: string, sealer: Sealer): SealedNumber {
  const account_id = uuidV7();
  return {
    account_id,
    account_number_sealed: sealer.seal(accountNumber, numberPlace(account_id)),
    account_last4: accountNumberLast4(accountNumber),
  };
}

/** Refuses staged rows whose account can't be added; answers how many. Accounts that their payees have are fine, and change nothing. */
export async function judgeAccounts(
  run: RunStatement,
  { sealer, receivedAt }: { readonly sealer: Sealer; readonly receivedAt: Date },
): Promise<number> {
  const refused = await matchAccounts(run);
  for await (const rows of alikeAccounts(run)) {
    const same = rows.filter(
      (row) =>
        sealer.open(row.account_number_sealed, numberPlace(row.account_id)) ===
        sealer.open(row.current_sealed, numberPlace(row.current)),
    );
    if (same.length > 0)
      await setSame(
        run,
        same.map(({ n }) => n),
      );
  }
  return refused + (await compareAccounts(run, receivedAt));
}

/**
 * Adds the accounts of the good rows, which the approval of their file has approved. Each cools off, and waits for its prenote, like one that was added by itself; until then
 * payments go into the one before.
 * @throws PayeesMoved when a payee has changed since: judge the rows again
 */
export async function loadAccounts(tx: TenantTx, file: Omit<FileOfAccounts, 'terms'>): Promise<void> {
  const run = runIn(tx);
  if ((await countMoved(run)) > 0) throw new PayeesMoved();
  await insertAccounts(run, { ...file, terms: await termsOfUse(tx) });
}
