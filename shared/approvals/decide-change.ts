import { DomainError } from '#kernel/domain-error.ts';
import type { Role } from '#kernel/roles.ts';
import { asRead, found } from '#platform/db/found.ts';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import {
  type ChangeRequestRow,
  lockChangeRequest,
  setDecided,
  versionOf,
} from './change-request.repository.ts';
import { type ChangeKind, controlledChange } from './controlled-changes.ts';
import { Permit } from './permit.ts';
import { eventOf } from './request-change.ts';
import { decidesOn } from './who-decides.ts';

export type Decision = 'APPROVED' | 'DENIED' | 'WITHDRAWN';

/** This is done once the transaction is committed; nothing may depend on it. */
export type AfterCommit = () => Promise<unknown>;

/** The ways in which a kind of change takes effect, or ends without. */
export interface ChangeEffects {
  readonly approved: (
    tx: TenantTx,
    request: ChangeRequestRow,
    permit: Permit,
  ) => Promise<AfterCommit | undefined>;
  readonly refused?: (
    tx: TenantTx,
    request: ChangeRequestRow,
    decision: 'DENIED' | 'WITHDRAWN',
    actorId: string,
  ) => Promise<AfterCommit | undefined>;
}

/** The effects by kind. Each is loaded when it is needed: whoever approves a user loads nothing of payments. */
export type EffectsOfChanges = Readonly<Record<ChangeKind, () => Promise<ChangeEffects>>>;

export interface Decider {
  readonly actorId: string;
  readonly role: Role;
  /** An operator who decides for a tenant that has no second person. @default false */
  readonly fromOutside?: boolean;
  /** An operator who acts for a suspended tenant: denies, and approves what another operator has proposed. @default false */
  readonly forSuspended?: boolean;
}

export interface Decided {
  readonly request: ChangeRequestRow;
  readonly afterCommit: AfterCommit | undefined;
}

/**
 * Decides a request, and carries it out if it is approved, in the caller's transaction.
 * @throws DomainError `not-found`, `precondition-failed`, `four-eyes`, `change-decided`, `change-outdated`, and what carrying it out throws
 */
export async function decideChange(
  tx: TenantTx,
  id: string,
  decision: Decision,
  decider: Decider,
  {
    effects,
    reason = null,
    expectedVersion,
  }: {
    readonly effects: Partial<EffectsOfChanges>;
    readonly reason?: string | null;
    readonly expectedVersion?: number | undefined;
  },
): Promise<Decided> {
  const { actorId, fromOutside = false, forSuspended = false } = decider;
  const { stateNow, ...request } = found(await lockChangeRequest(tx, id));
  asRead({ version: versionOf(stateNow) }, expectedVersion);
  const isOwn = request.requested_by === actorId;
  if (isOwn !== (decision === 'WITHDRAWN'))
    throw new DomainError(
      'four-eyes',
      isOwn
        ? 'You have proposed this change: another person decides.'
        : 'Only its proposer withdraws a change.',
    );
  requireDecider(request.kind, decision, decider);
  if (stateNow !== 'PENDING') throw new DomainError('change-decided', `The change request is ${stateNow}.`);
  const decided = await setDecided(tx, id, {
    state: decision,
    decided_by: actorId,
    decided_by_operator: fromOutside || forSuspended,
    reason,
  });
  const { approved, refused } = await found(effects[request.kind])();
  const afterCommit =
    decision === 'APPROVED'
      ? await approved(tx, request, Permit.approved(request.requested_by, actorId))
      : await refused?.(tx, request, decision, actorId);
  emit(tx, 'change.decided', eventOf(decided));
  return { request: decided, afterCommit };
}

function requireDecider(kind: ChangeKind, decision: Decision, { role, forSuspended = false }: Decider): void {
  if (decision === 'WITHDRAWN' || decidesOn(kind, role)) return;
  // Whether another operator has proposed it is asked by the guard of the table.
  if (forSuspended && (decision === 'DENIED' || controlledChange(kind).operatorsForSuspended === true))
    return;
  throw new DomainError(
    'four-eyes',
    `Users of the tenant with the role ${controlledChange(kind).decides.join(' or ')} decide on this change.`,
  );
}
