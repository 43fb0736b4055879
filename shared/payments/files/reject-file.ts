import type { z } from 'zod';
import type { ChangeRequest } from '#approvals/change-request.ts';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Proposer, stillThere } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findFile, toBankFile } from './bank-file.repository.ts';
import { setRejected } from './outbound-file.repository.ts';

/** A rejection that waits, as its change request keeps it. */
interface ProposedRejection {
  readonly evidence: string;
}

/**
 * Proposes that the bank has not taken an outbound file.
 * @throws DomainError `not-found`, `precondition-failed`, `bank-file-not-open`, `change-pending`
 */
export async function proposeRejection(
  tx: TenantTx,
  id: string,
  evidence: string,
  expectedVersion: number,
  proposer: Proposer,
): Promise<z.infer<typeof ChangeRequest>> {
  const file = asRead(await findFile(tx, id), expectedVersion);
  const isOpen = file.acknowledged_at === null && file.rejected_at === null;
  if (file.direction === 'inbound' || !file.is_written || !isOpen)
    throw new DomainError(
      'bank-file-not-open',
      'Only an outbound file that is written, and that the bank has not taken, can be rejected.',
    );
  const { state, object_key, payments, total, total_reversed } = toBankFile(file);
  return requestChange(
    tx,
    {
      kind: 'bank-file-rejection',
      subject: { type: 'bank-files', id },
      before: { state },
      after: { state: 'REJECTED', object_key, payments, total, total_reversed, evidence },
      proposal: { evidence } satisfies ProposedRejection,
    },
    proposer,
  );
}

export const rejectionEffects: ChangeEffects = {
  // The sweep ends the payments of the file: there may be ten thousand.
  approved: async (tx, { subject_id, proposal }, permit) => {
    const { evidence } = proposal as ProposedRejection;
    const isRejected = await setRejected(tx, subject_id, permit.madeBy, evidence);
    stillThere(isRejected ? subject_id : undefined);
    const { resendPrenotes } = await import('./resend-prenotes.ts');
    await resendPrenotes(tx, subject_id);
    return undefined;
  },
};
