import { decideChange } from '#approvals/decide-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** Withdraws a change of a user that the same key has proposed, since its groups no longer give what it asks for. False: somebody else has proposed it. */
export async function withdrawRole(tx: TenantTx, requestId: string, actorId: string): Promise<boolean> {
  try {
    await decideChange(
      tx,
      requestId,
      'WITHDRAWN',
      { actorId, role: 'DIRECTORY' },
      {
        effects: {
          'user-changed': async () => (await import('#identity/users/propose-user.ts')).userChangedEffects,
        },
        reason: 'The directory has changed the user’s groups.',
      },
    );
    return true;
  } catch (error) {
    // Refused before anything is written.
    if (error instanceof DomainError && error.slug === 'four-eyes') return false;
    throw error;
  }
}
