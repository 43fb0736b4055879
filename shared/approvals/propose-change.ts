import type { z } from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { ChangeRequest } from './change-request.ts';
import { Permit } from './permit.ts';
import type { Proposal, Proposer } from './proposal.ts';

export type { Permit, Proposer };

/** A change that waits for a second person, in place of its outcome. */
export class Waiting {
  readonly request: z.infer<typeof ChangeRequest>;

  constructor(request: z.infer<typeof ChangeRequest>) {
    this.request = request;
  }
}

/**
 * Carries out a change at once where nobody has to confirm it, and else stores it as a request.
 * @throws DomainError `change-pending` where the same change of the same subject waits already
 */
export async function proposeChange<T>(
  tx: TenantTx,
  proposal: Proposal,
  proposer: Proposer,
  carryOut: (permit: Permit) => Promise<T>,
): Promise<T | Waiting> {
  if (!proposal.isControlled) return carryOut(Permit.uncontrolled(proposer.actorId));
  return proposeControlled(tx, proposal, proposer);
}

/**
 * Stores a change that always waits as a request.
 * @throws DomainError `change-pending` where the same change of the same subject waits already
 */
export async function proposeControlled(
  tx: TenantTx,
  proposal: Omit<Proposal, 'isControlled'>,
  proposer: Proposer,
): Promise<Waiting> {
  // Loaded by the few changes that wait.
  const { requestChange } = await import('./request-change.ts');
  return new Waiting(await requestChange(tx, proposal, proposer));
}

/** @throws DomainError `change-outdated` if what was to be changed is not what the proposer saw */
export function stillThere<T>(changed: T | undefined): T {
  if (changed !== undefined) return changed;
  throw new DomainError(
    'change-outdated',
    'Its subject has changed since. Deny it, and propose the change anew.',
  );
}
