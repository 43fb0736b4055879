import { uuidV7 } from '#kernel/ids.ts';
import { type Instruction, instructionPlace } from '#payments/execution/payment-instruction.ts';
import { accountDetails, findAccount } from '#payments/payees/payable-account.ts';
import { lockWaiting } from '#payments/payees/prenote.repository.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { type Circumstances, type PlannedEntry, planEntry } from './outbound-plan.ts';

/** More go into the next file: their accounts are read one by one. */
const PRENOTES_PER_FILE = 10_000;

export interface PlannedPrenote extends PlannedEntry {
  readonly accountId: string;
  readonly sealed: string;
}

/** Plans a prenote for each account that waits for one, as the account is now. */
export async function planPrenotes(
  tx: TenantTx,
  circumstances: Omit<Circumstances, 'purpose'>,
  sealer: Sealer,
): Promise<PlannedPrenote[]> {
  const planned: PlannedPrenote[] = [];
  for (const accountId of await lockWaiting(tx, PRENOTES_PER_FILE)) {
    const id = uuidV7();
    const instruction: Instruction = {
      ...accountDetails(found(await findAccount(tx, accountId)), sealer),
      ...{ amount: '0', currency: 'USD', memo: null, not_before: null },
    };
    planned.push({
      ...planEntry(id, instruction, { ...circumstances, purpose: 'prenote' }),
      accountId,
      sealed: sealer.seal(JSON.stringify(instruction), instructionPlace(id)),
    });
  }
  return planned;
}
