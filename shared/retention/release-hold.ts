import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Proposer, proposeChange, type Waiting } from '#approvals/propose-change.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { type LegalHoldRow, lockLegalHold, setReleased } from './legal-hold.repository.ts';

/**
 * Releases a legal hold once a second person has approved it. To release it again changes nothing, and needs nobody.
 * @throws DomainError `not-found`, `precondition-failed`, `change-pending`
 */
export async function proposeRelease(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
  proposer: Proposer,
): Promise<LegalHoldRow | Waiting> {
  const hold = asRead(await lockLegalHold(tx, id), expectedVersion);
  const { subject, shareholder_id, employee_id, placed_by } = hold;
  const before = { status: 'ACTIVE', subject, shareholder_id, employee_id, placed_by };
  return proposeChange(
    tx,
    {
      kind: 'legal-hold-released',
      isControlled: hold.released_at === null,
      subject: { type: 'legal-holds', id },
      before,
      after: { ...before, status: 'RELEASED' },
      proposal: {},
    },
    proposer,
    (permit) => setReleased(tx, id, permit),
  );
}

export const releaseEffects: ChangeEffects = {
  approved: async (tx, { subject_id }, permit) => {
    await setReleased(tx, subject_id, permit);
    return undefined;
  },
};
