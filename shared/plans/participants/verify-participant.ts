import { requireVerifier } from '#approvals/second-person.ts';
import { asRead, changed } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findParticipant, type ParticipantRow } from './participant.repository.ts';
import { type ParticipantKyc, setParticipantKyc } from './participant-kyc.repository.ts';

/**
 * Records how far the identity of a participant is verified. Whoever has entered it, or an account of the participant, doesn't verify it.
 * @throws DomainError `not-found`, `precondition-failed`, `four-eyes`
 */
export async function verifyParticipant(
  tx: TenantTx,
  employeeId: string,
  expectedVersion: number,
  status: ParticipantRow['kyc_status'],
  verifier: string,
): Promise<ParticipantKyc> {
  const { identified_by } = asRead(await findParticipant(tx, employeeId), expectedVersion);
  if (status === 'VERIFIED')
    await requireVerifier(tx, { identifiedBy: identified_by, payee: employeeId }, verifier);
  const updated = await setParticipantKyc(tx, employeeId, expectedVersion, status);
  return changed(updated, () => findParticipant(tx, employeeId));
}
