import { parseCorrection } from '#payments/nacha/change-codes.ts';
import { type AccountChange, correctedBy } from '#payments/payees/payable-account.ts';
import type { Sealer } from '#platform/sealing.ts';

/** Returns how a notification of change changes an account; not at all, where its data can't be used. */
export function changeBy(
  code: string | null,
  correctedData: string | null | undefined,
  sealer: Sealer,
): (accountId: string) => AccountChange {
  const correction =
    correctedData == null || code === null ? undefined : parseCorrection(code, correctedData);
  return (accountId) => (correction === undefined ? {} : correctedBy(accountId, correction, sealer));
}
