import { DomainError } from '#kernel/domain-error.ts';
import { found } from '#platform/db/found.ts';

interface Standing {
  readonly status: string;
  readonly version: number;
}

/** @throws DomainError `shareholder-closed` */
export function refuseClosed(shareholder: Pick<Standing, 'status'>): void {
  if (shareholder.status === 'CLOSED')
    throw new DomainError('shareholder-closed', 'A closed shareholder cannot be changed.');
}

/**
 * The holder, if it is still the version that the caller read.
 * @throws DomainError `not-found`, `precondition-failed`
 */
export function asRead<S extends Standing>(shareholder: S | undefined, expectedVersion: number): S {
  if (found(shareholder).version === expectedVersion) return found(shareholder);
  throw new DomainError(
    'precondition-failed',
    'The resource has changed since it was read. Read it again and repeat the change.',
  );
}
