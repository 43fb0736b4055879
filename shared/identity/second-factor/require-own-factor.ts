import { DomainError, notFound } from '#kernel/domain-error.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { FRESH_MINUTES } from './freshness.ts';
import { findFreshness, hasFactor } from './second-factor.repository.ts';

interface Caller {
  readonly actorId: string;
  readonly sessionId: string;
}

/**
 * Refuses to touch the factor that a user has unless they have just proved it: a stolen token alone must not.
 * @throws DomainError `second-factor-required`
 */
export async function requireOwnFactor(tx: TenantTx, caller: Caller): Promise<void> {
  if (await hasFactor(tx, caller.actorId)) await requireProved(tx, caller);
}

/** @throws DomainError `not-found` where there is no factor, `second-factor-required` */
export async function getOwnFactor(tx: TenantTx, caller: Caller): Promise<void> {
  if (!(await hasFactor(tx, caller.actorId))) throw notFound();
  await requireProved(tx, caller);
}

async function requireProved(tx: TenantTx, { sessionId }: Caller): Promise<void> {
  if ((await findFreshness(tx, sessionId, FRESH_MINUTES)).fresh) return;
  throw new DomainError(
    'second-factor-required',
    `Prove the second factor that you have, and repeat the request within ${FRESH_MINUTES} minutes: POST /auth/step-up.`,
  );
}
