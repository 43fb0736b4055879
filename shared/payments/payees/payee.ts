import { findKycStatus, findPaidPlan } from '#plans/paid-participant.ts';
import { found } from '#platform/db/found.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { findHolderStanding, type HolderStanding } from '#register/holder-standing.ts';
import type { Payee } from './bank-account.repository.ts';

interface Paid {
  readonly shareholder_id: string | null;
  readonly plan_id: string | null;
}

/**
 * Returns the payee of a transaction.
 * @throws DomainError `not-found`
 */
export async function payeeOf(read: TenantRead, { shareholder_id, plan_id }: Paid): Promise<Payee> {
  if (shareholder_id !== null) return { shareholder_id };
  const { employee_id } = found(await findPaidPlan(read, plan_id ?? ''));
  return { employee_id };
}

export interface PayeeStanding {
  readonly kycStatus: string;
  readonly isClosed: boolean;
}

/** Returns what must be known about a holder before a payment. */
export function standingOf({ kyc_status, status }: HolderStanding): PayeeStanding {
  return { kycStatus: kyc_status, isClosed: status === 'CLOSED' };
}

/** Returns what must be known about a payee before a payment; undefined if the payee doesn't exist. */
export async function findPayee(read: TenantRead, payee: Payee): Promise<PayeeStanding | undefined> {
  if ('shareholder_id' in payee) {
    const holder = await findHolderStanding(read, payee.shareholder_id);
    return holder && standingOf(holder);
  }
  const kycStatus = await findKycStatus(read, payee.employee_id);
  return kycStatus === undefined ? undefined : { kycStatus, isClosed: false };
}
