import { DomainError, notFound } from '#kernel/domain-error.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { FRESH_MINUTES } from './freshness.ts';
import { findFreshness, hasFactor, hasJustBegun } from './second-factor.repository.ts';

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

/**
 * Refuses to give somebody a way in unless they have just proved who they are: by the factor that they have or, without one, by a sign-in. A
 * stolen token alone must not become a way in that stays.
 * @throws DomainError `second-factor-required`, `fresh-sign-in-required`
 */
export async function requirePerson(tx: TenantTx, caller: Caller): Promise<void> {
  if (await hasFactor(tx, caller.actorId)) return requireProved(tx, caller);
  if (await hasJustBegun(tx, caller.sessionId, FRESH_MINUTES)) return;
  throw new DomainError(
    'fresh-sign-in-required',
    `Sign in again, and repeat the request within ${FRESH_MINUTES} minutes.`,
  );
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
