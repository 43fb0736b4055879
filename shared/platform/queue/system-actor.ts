import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { Actor } from '#platform/db/tenant-tx.ts';
import type { Suspended } from './job.ts';

/** The part of a job that says how it treats suspended tenants. */
interface Treatment {
  readonly suspended: Suspended;
}

/**
 * Returns the actor that writes when no user does: a worker, a schedule or a step, for one tenant.
 * @param makesFor the person or key whose file or approved request it carries out. @default nobody
 */
export function systemActor(
  tenantId: TenantId,
  requestId: string,
  { suspended }: Treatment,
  makesFor: string | null = null,
): Actor {
  const actor: Actor = { tenantId, actorId: null, actorRole: 'SYSTEM', makesFor, requestId };
  return suspended === 'goes-on' ? { ...actor, allowSuspended: true } : actor;
}

/** Returns whether work failed only because its tenant is suspended, and waits until the tenant is active. */
export function isParked({ suspended }: Treatment, error: unknown): boolean {
  return suspended === 'parks' && error instanceof DomainError && error.slug === 'tenant-suspended';
}
