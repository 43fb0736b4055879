import { notFound } from '#kernel/domain-error.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { findUser, type UserRow } from './user.repository.ts';

/** @throws DomainError `not-found`, `precondition-failed` */
export async function getInvited(
  read: TenantRead,
  id: string,
  expectedVersion: number | undefined,
): Promise<UserRow> {
  const user = asRead(await findUser(read, id), expectedVersion);
  // Whoever has got in has no invitation any more.
  if (user.status !== 'INVITED') throw notFound();
  return user;
}
