import { requireVerifier } from '#approvals/second-person.ts';
import type { KycCheck } from '#kernel/kyc-check.ts';
import { asRead, changed } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { refuseAfterToday } from '#platform/db/today.ts';
import { findParticipant } from './participant.repository.ts';
import { setParticipantKyc, toParticipantKyc } from './participant-kyc.repository.ts';

/**
 * Records how far the identity of a participant is verified. Whoever has entered it, or an account of the participant, doesn't verify it.
 * @throws DomainError `not-found`, `precondition-failed`, `validation-failed` for a day to come, `four-eyes`
 */
export async function verifyParticipant(
  tx: TenantTx,
  employeeId: string,
  expectedVersion: number,
  check: KycCheck,
  verifier: string,
): Promise<ReturnType<typeof toParticipantKyc>> {
  const { identified_by } = asRead(await findParticipant(tx, employeeId), expectedVersion);
  await refuseAfterToday(tx, check.effective_date);
  if (check.status === 'VERIFIED')
    await requireVerifier(tx, { identifiedBy: identified_by, payee: employeeId }, verifier);
  const updated = await setParticipantKyc(tx, employeeId, expectedVersion, check);
  return toParticipantKyc(await changed(updated, () => findParticipant(tx, employeeId)));
}
