import type { ChangeEffects } from '#approvals/decide-change.ts';
import { setApproval } from './dividend.repository.ts';

/** An approved dividend may be paid; one that was denied or withdrawn may be cancelled, and never paid. */
export const dividendEffects: ChangeEffects = {
  approved: async (tx, { subject_id }) => {
    await setApproval(tx, subject_id, 'APPROVED');
    return undefined;
  },
  refused: async (tx, { subject_id }) => {
    await setApproval(tx, subject_id, 'DENIED');
    return undefined;
  },
};
