import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { findParticipant } from './participants/participant.repository.ts';
import { findPlan } from './plan.repository.ts';

/** Returns how far a participant's identity is verified; undefined if there is no such participant. */
export async function findKycStatus(read: TenantRead, employeeId: string): Promise<string | undefined> {
  return (await findParticipant(read, employeeId))?.kyc_status;
}

/** The plan that a distribution is taken from. */
export interface PaidPlan {
  readonly employee_id: string;
  readonly currency: string;
}

export function findPaidPlan(read: TenantRead, planId: string): Promise<PaidPlan | undefined> {
  return findPlan(read, planId);
}
