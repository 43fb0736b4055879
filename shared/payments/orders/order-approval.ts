import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import { addToTallies, type Party, takeFromTallies } from './tally.repository.ts';

/**
 * Tells whether a payment, or a run of payments, needs a second person: above the threshold by itself, or together with what has
 * been ordered on the same day without one, by the same user or to the same payee. Splitting a payment doesn't help.
 */
export async function exceedsThreshold(
  tx: TenantTx,
  {
    amountMinor,
    currency,
    parties,
  }: { readonly amountMinor: bigint; readonly currency: string; readonly parties: readonly Party[] },
  thresholdMinor: bigint,
): Promise<boolean> {
  if (amountMinor > thresholdMinor) return true;
  const tallied = { day: await todayOf(tx), currency, parties };
  const sums = await addToTallies(tx, tallied, amountMinor);
  if (sums.every((sum) => sum <= thresholdMinor)) return false;
  await takeFromTallies(tx, tallied, amountMinor);
  return true;
}
