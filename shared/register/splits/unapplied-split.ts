import { DomainError } from '#kernel/domain-error.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { isUnapplied } from './corporate-action.repository.ts';

/**
 * Refuses to take the positions of a day to which a split belongs that is not in the ledger yet.
 * @throws DomainError `split-under-way`
 */
export async function refuseUnappliedSplit(
  read: TenantRead,
  { classes, day }: { readonly classes: readonly string[]; readonly day: string },
): Promise<void> {
  for (const one of classes)
    if (await isUnapplied(read, one, day))
      throw new DomainError(
        'split-under-way',
        `The shares of ${one} are being split. Try again in some minutes.`,
      );
}
