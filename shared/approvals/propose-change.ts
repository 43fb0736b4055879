import { DomainError } from '#kernel/domain-error.ts';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import {
  type ChangeRequestRow,
  insertChangeRequest,
  setExpired,
  toChangeRequest,
} from './change-request.repository.ts';
import { type ChangeKind, controlledChange } from './controlled-changes.ts';
import { Permit } from './permit.ts';

export { type Permit, toChangeRequest };

/** The user who proposes a change, and their request. */
export interface Proposer {
  readonly actorId: string;
  readonly requestId: string;
}

export interface Proposal {
  readonly kind: ChangeKind;
  /** Whether this change needs a second person by the rule of its kind. */
  readonly isControlled: boolean;
  readonly subject: { readonly type: string; readonly id: string };
  /** People see this: no secrets, and no personal data that the decision does not need. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>>;
  /** This carries the change out; secrets are hashed or sealed in it. */
  readonly proposal: unknown;
}

/** A change that waits for a second person, in place of its outcome. */
export class Waiting {
  readonly request: ChangeRequestRow;

  constructor(request: ChangeRequestRow) {
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
  return new Waiting(await requestChange(tx, proposal, proposer));
}

/** Stores a change that waits, for kinds whose subject exists already and waits itself. */
export async function requestChange(
  tx: TenantTx,
  { kind, subject, before, after, proposal }: Omit<Proposal, 'isControlled'>,
  { actorId, requestId }: Proposer,
): Promise<ChangeRequestRow> {
  const { expiresAfterDays } = controlledChange(kind);
  const of = { kind, subject_type: subject.type, subject_id: subject.id };
  if (expiresAfterDays !== null) await setExpired(tx, of);
  const request = await insertChangeRequest(tx, {
    ...of,
    ...{ before, after, proposal },
    requested_by: actorId,
    request_id: requestId,
    expires_at: expiresAfterDays === null ? null : expiry(expiresAfterDays),
  });
  emit(tx, 'change.requested', eventOf(request));
  return request;
}

function expiry(days: number): Date {
  const at = new Date();
  at.setUTCDate(at.getUTCDate() + days);
  return at;
}

/** Returns what the world hears of a request: the change itself may name people, and is read by those who may. */
export function eventOf(request: ChangeRequestRow) {
  const { id, kind, state, requested_by, decided_by } = request;
  return {
    change_request_id: id,
    kind,
    state,
    subject: { type: request.subject_type, id: request.subject_id },
    requested_by,
    ...(decided_by === null ? {} : { decided_by }),
  };
}

/** @throws DomainError `change-outdated` if what was to be changed is not what the proposer saw */
export function stillThere<T>(changed: T | undefined): T {
  if (changed !== undefined) return changed;
  throw new DomainError(
    'change-outdated',
    'Its subject has changed since. Deny it, and propose the change anew.',
  );
}
