import { DomainError, notFound } from '#kernel/domain-error.ts';

/** @throws DomainError `not-found` */
export function found<T>(row: T | undefined): T {
  if (row === undefined) throw notFound();
  return row;
}

/**
 * The outcome of an update guarded by a version: the new row, or why there is none.
 * @throws DomainError `not-found`, `precondition-failed`
 */
export async function changed<T>(updated: T | undefined, find: () => Promise<unknown>): Promise<T> {
  if (updated !== undefined) return updated;
  found(await find());
  throw new DomainError(
    'precondition-failed',
    'The resource has changed since it was read. Read it again and repeat the change.',
  );
}
