import { DomainError } from '#kernel/domain-error.ts';
import { type KeyBounds, requireRoute } from '#kernel/key-bounds.ts';
import { isInside } from '#kernel/network.ts';
import { isForPeople } from './for-people.ts';
import type { RouteSpec } from './route.ts';

/**
 * Checks the request of an API key against what the key may do, and from where.
 * @throws DomainError `forbidden`
 */
export function requireWithinBounds(
  route: RouteSpec,
  { routes, networks }: KeyBounds,
  address: string,
): void {
  if (isForPeople(route)) throw new DomainError('forbidden', 'This is for people: no API key may call it.');
  requireRoute({ routes }, route.operationId);
  if (networks !== undefined && !isInside(networks, address))
    throw new DomainError('forbidden', 'The API key may not be used from this address.');
}
