import type { ChangeEffects } from '#approvals/decide-change.ts';
import { splitEffects } from '#register/splits/propose-split.ts';
import { cancelDividend, cancellable } from './cancel-dividend.ts';
import { lockDividendOfSplit } from './dividend.repository.ts';

/** The effects of a corporate action: with a split that is reversed, the dividend that pays its fractions is cancelled. */
export const splitWithCashEffects: ChangeEffects = {
  approved: async (tx, request, permit) => {
    // Held first: from here on nobody begins to pay it.
    const dividend = await lockDividendOfSplit(tx, request.subject_id);
    const afterCommit = await splitEffects.approved(tx, request, permit);
    if (dividend !== undefined) await cancelDividend(tx, cancellable(dividend), dividend.tenant_id, permit);
    return afterCommit;
  },
};
