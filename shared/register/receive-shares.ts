import type { Permit } from '#approvals/permit.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { unitsOf } from '#kernel/quantity.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { requireDeclaredClass } from './classes/declared-class.ts';
import { recordPositionChange } from './position-change.ts';
import { findReceived, type Received, setReceived } from './received-shares.repository.ts';

/**
 * Returns what a release run would bring a class of the register.
 * @throws DomainError `validation-failed`, `shareholder-closed`, `authorized-shares-exceeded`
 */
export async function previewReceived(
  read: TenantRead,
  release: string,
  securityClass: string,
): Promise<Omit<Received, 'closed'>> {
  await requireDeclaredClass(read, securityClass);
  const { closed, ...received } = await findReceived(read, release, securityClass);
  refuseClosedOnes(closed);
  const { after, authorized } = received;
  if (authorized !== null && unitsOf(after) > unitsOf(authorized))
    throw new DomainError(
      'authorized-shares-exceeded',
      `${after} shares of ${securityClass} would be issued, and ${authorized} are authorized.`,
    );
  return received;
}

/**
 * Issues the shares of a release run to its holders.
 * @throws DomainError `shareholder-closed`, `authorized-shares-exceeded`
 */
export async function receiveShares(
  tx: TenantTx,
  { id, security_class }: { readonly id: string; readonly security_class: string },
  permit: Permit,
): Promise<void> {
  const change = { security_class, reason: 'RSU release', source: `release:${id}` };
  refuseClosedOnes(await setReceived(tx, id, await recordPositionChange(tx, change, permit)));
}

function refuseClosedOnes(closed: number): void {
  if (closed > 0)
    throw new DomainError(
      'shareholder-closed',
      `${closed} holders of the run are closed. Reopen them, or decline the run.`,
    );
}
