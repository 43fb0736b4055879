import { Waiting } from '#approvals/propose-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { Role } from '#kernel/roles.ts';
import { type TenantRead, type TenantTx, tenantRead } from '#platform/db/tenant-tx.ts';
import { isDemanded } from './demand.ts';
import { FRESH_MINUTES } from './freshness.ts';
import { findFreshness } from './second-factor.repository.ts';

interface Caller {
  readonly tenantId: TenantId;
  /** The tenant of an operator who acts for another. */
  readonly actorTenantId?: TenantId;
  readonly actorRole: Role;
  readonly sessionId: string;
}

/**
 * Refuses what only the person themselves may do, wherever a second factor is demanded of them, unless they have just proved it. The
 * session says when, not the token: whoever has stolen that has not proved anything.
 * @throws DomainError `second-factor-required`
 */
export async function requireFreshFactor(caller: Caller): Promise<void> {
  await tenantRead(caller.actorTenantId ?? caller.tenantId, (read) => requireFresh(read, caller));
}

/**
 * Asks the same of a change of settings where it waits for a second person, since it loosens; one that tightens takes effect at once. The
 * request was written by then, and is rolled back.
 * @throws DomainError `second-factor-required`
 */
export async function requireFreshToLoosen<T>(
  tx: TenantTx,
  caller: Caller,
  outcome: T | Waiting,
): Promise<T | Waiting> {
  if (outcome instanceof Waiting) await requireFresh(tx, caller);
  return outcome;
}

async function requireFresh(read: TenantRead, { actorRole, sessionId }: Caller): Promise<void> {
  const { fresh, demanded } = await findFreshness(read, sessionId, FRESH_MINUTES);
  if (fresh || !isDemanded(actorRole, demanded)) return;
  throw new DomainError(
    'second-factor-required',
    `Prove your second factor, and repeat the request within ${FRESH_MINUTES} minutes: POST /auth/step-up, or sign in again by your provider (GET /auth/{connection}/start?anew=true).`,
  );
}
