import type { TenantRead } from '#platform/db/tenant-tx.ts';
import {
  type ChangeRequestRow,
  findChangeRequest,
  findPendingOf,
  stateOf,
} from './change-request.repository.ts';
import type { ChangeKind } from './controlled-changes.ts';

/** Returns the id of the request for a change of a subject that waits, if there is one. */
export async function findPendingChange(
  read: TenantRead,
  kind: ChangeKind,
  subject: { readonly type: string; readonly id: string },
): Promise<string | undefined> {
  return (await findPendingOf(read, kind, subject.type, subject.id))?.id;
}

/** Returns a request that nobody has decided yet. */
export async function findWaiting(read: TenantRead, id: string): Promise<ChangeRequestRow | undefined> {
  const request = await findChangeRequest(read, id);
  return request !== undefined && stateOf(request) === 'PENDING' ? request : undefined;
}
