import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { findApprovedOf } from './change-request.repository.ts';
import { Permit } from './permit.ts';

/** Returns leave for a change that was approved, and that a worker carries out after the decision. Undefined: nobody has approved it. */
export async function findPermit(
  read: TenantRead,
  subject: { readonly type: string; readonly id: string },
): Promise<Permit | undefined> {
  const approved = await findApprovedOf(read, subject);
  return approved?.decided_by == null
    ? undefined
    : Permit.approved(approved.requested_by, approved.decided_by);
}
