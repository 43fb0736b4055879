import { DomainError } from '#kernel/domain-error.ts';
import type { KeyBounds } from '#kernel/key-bounds.ts';
import { isInside } from '#kernel/network.ts';
import type { RouteSpec } from './route.ts';

/**
 * Checks the request of an API key against what the key may do, and from where.
 * @throws DomainError `forbidden`
 */
export function requireWithinBounds(
  { operationId, path, peopleOnly }: RouteSpec,
  { routes, networks }: KeyBounds,
  address: string,
): void {
  if (peopleOnly === true || path.startsWith('/me/'))
    throw new DomainError('forbidden', 'This is for people: no API key may call it.');
  if (routes !== undefined && !routes.includes(operationId))
    throw new DomainError('forbidden', `The API key may not call ${operationId}.`);
  if (networks !== undefined && !isInside(networks, address))
    throw new DomainError('forbidden', 'The API key may not be used from this address.');
}
