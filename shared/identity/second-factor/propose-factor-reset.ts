import type { z } from 'zod';
import type { ChangeRequest } from '#approvals/change-request.ts';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Proposer, stillThere } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { postNotice } from '#identity/notices/post-notice.ts';
import { findUser, setSessionsRevoked } from '#identity/users/user.repository.ts';
import { notFound } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { deleteFactors, endChallenges, hasFactor } from './second-factor.repository.ts';

/**
 * Asks a second person to take a factor from its user, who has lost it. One ADMIN alone could otherwise be a colleague whose password
 * they know.
 * @throws DomainError `not-found`, `change-pending`
 */
export async function proposeFactorReset(
  tx: TenantTx,
  id: string,
  proposer: Proposer,
): Promise<z.infer<typeof ChangeRequest>> {
  const user = found(await findUser(tx, id));
  if (!(await hasFactor(tx, user.id))) throw notFound();
  const change = {
    kind: 'second-factor-reset',
    subject: { type: 'users', id: user.id },
    before: { second_factor: true },
    after: { second_factor: false },
    proposal: {},
  } as const;
  return requestChange(tx, change, proposer);
}

export const factorResetEffects: ChangeEffects = {
  approved: async (tx, { subject_id }) => {
    const user = stillThere(await findUser(tx, subject_id));
    await deleteFactors(tx, user.id);
    await endChallenges(tx, { userId: user.id });
    await setSessionsRevoked(tx, user.id);
    postNotice(tx, user.tenant_id as TenantId, user.id, 'second-factor-changed');
    return undefined;
  },
};
