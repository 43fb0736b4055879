import { uuidV7 } from '#kernel/ids.ts';
import { type Instruction, instructionPlace } from '#payments/execution/payment-instruction.ts';
import { lockWaiting } from '#payments/payees/bank-account.repository.ts';
import { accountDetails } from '#payments/payees/payable-account.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { type Circumstances, type PlannedEntry, planEntry } from './outbound-plan.ts';

/** More go into the next file. */
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
  const waiting = await lockWaiting(tx, PRENOTES_PER_FILE);
  return waiting.map((account): PlannedPrenote => {
    const id = uuidV7();
    const instruction: Instruction = {
      ...accountDetails(account, sealer),
      ...{ amount: '0', currency: 'USD', memo: null, not_before: null },
    };
    return {
      ...planEntry(id, instruction, { ...circumstances, purpose: 'prenote' }),
      accountId: account.id,
      sealed: sealer.seal(JSON.stringify(instruction), instructionPlace(id)),
    };
  });
}
