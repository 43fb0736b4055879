import { requireVerifier } from '#approvals/second-person.ts';
import { columnsOfCheck, type KycCheck } from '#kernel/kyc-check.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { refuseAfterToday } from '#platform/db/today.ts';
import { lockShareholder, type ShareholderRow, setShareholder } from './shareholder.repository.ts';
import { refuseClosed } from './standing.ts';

/**
 * Records how far the identity of an open holder is verified. Whoever has entered it, or an account of the holder, doesn't verify it.
 * @throws DomainError `not-found`, `precondition-failed`, `shareholder-closed`, `validation-failed` for a day to come, `four-eyes`
 */
export async function verifyShareholder(
  tx: TenantTx,
  id: string,
  expectedVersion: number,
  check: KycCheck,
  verifier: string,
): Promise<ShareholderRow> {
  const holder = asRead(await lockShareholder(tx, id), expectedVersion);
  refuseClosed(holder);
  await refuseAfterToday(tx, check.effective_date);
  if (check.status === 'VERIFIED')
    await requireVerifier(tx, { identifiedBy: holder.identified_by, payee: id }, verifier);
  return setShareholder(tx, id, columnsOfCheck(check));
}
