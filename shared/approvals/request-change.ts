import { sql } from 'kysely';
import type { z } from 'zod';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import {
  type ChangeRequestRow,
  insertChangeRequest,
  setExpired,
  toChangeRequest,
} from './change-request.repository.ts';
import type { ChangeRequest } from './change-request.ts';
import { controlledChange } from './controlled-changes.ts';
import type { Proposal, Proposer } from './proposal.ts';

/**
 * Stores a change that waits for a second person.
 * @throws DomainError `change-pending` where the same change of the same subject waits already
 */
export async function requestChange(
  tx: TenantTx,
  { kind, subject, before, after, proposal }: Omit<Proposal, 'isControlled'>,
  { actorId, requestId }: Proposer,
): Promise<z.infer<typeof ChangeRequest>> {
  const { expiresAfterDays } = controlledChange(kind);
  const of = { kind, subject_type: subject.type, subject_id: subject.id };
  if (expiresAfterDays !== null) await setExpired(tx, of);
  const request = await insertChangeRequest(tx, {
    ...of,
    ...{ before, after, proposal },
    requested_by: actorId,
    request_id: requestId,
    expires_at:
      expiresAfterDays === null
        ? null
        : sql`present_instant() + make_interval(days => ${expiresAfterDays}::integer)`,
  });
  emit(tx, 'change.requested', eventOf(request));
  return toChangeRequest(request);
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
