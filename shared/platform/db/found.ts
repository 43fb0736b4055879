import { DomainError, notFound } from '#kernel/domain-error.ts';

/** @throws DomainError `not-found` */
export function found<T>(row: T | undefined): T {
  if (row === undefined) throw notFound();
  return row;
}

/**
 * The row, if it is still the version that the caller read.
 * @param expected undefined where the caller didn't say which
 * @throws DomainError `not-found`, `precondition-failed`
 */
export function asRead<R extends { readonly version: number }>(
  row: R | undefined,
  expected: number | undefined,
): R {
  const current = found(row);
  if (expected !== undefined && current.version !== expected) throw outdated();
  return current;
}

/**
 * The outcome of an update guarded by a version: the new row, or why there is none.
 * @throws DomainError `not-found`, `precondition-failed`
 */
export async function changed<T>(updated: T | undefined, find: () => Promise<unknown>): Promise<T> {
  if (updated !== undefined) return updated;
  found(await find());
  throw outdated();
}

export function outdated(): DomainError {
  return new DomainError(
    'precondition-failed',
    'The resource has changed since it was read. Read it again and repeat the change.',
  );
}
