import { notFound } from '#kernel/domain-error.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { deletePasskey } from './passkeys/passkey.repository.ts';
import { deleteRecoveryCodes, deleteTimeFactor, findFactor, hasFactor } from './second-factor.repository.ts';

/**
 * Removes the codes by time of a user, and the recovery codes with the last factor.
 * @throws DomainError `not-found`
 */
export async function removeTimeFactor(tx: TenantTx, userId: string): Promise<void> {
  if ((await findFactor(tx, userId, 'confirmed')) === undefined) throw notFound();
  await deleteTimeFactor(tx, userId);
  await endWithLast(tx, userId);
}

/**
 * Removes a passkey of a user, and the recovery codes with the last factor.
 * @throws DomainError `not-found`
 */
export async function removePasskeyOf(tx: TenantTx, userId: string, id: string): Promise<void> {
  if (!(await deletePasskey(tx, userId, id))) throw notFound();
  await endWithLast(tx, userId);
}

async function endWithLast(tx: TenantTx, userId: string): Promise<void> {
  if (!(await hasFactor(tx, userId))) await deleteRecoveryCodes(tx, userId);
}
