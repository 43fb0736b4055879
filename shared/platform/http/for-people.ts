import type { RouteSpec } from './route.ts';

/** Tells whether an operation is a person's alone: no API key may call it, whatever its role. */
export function isForPeople({ path, peopleOnly }: Pick<RouteSpec, 'path' | 'peopleOnly'>): boolean {
  return peopleOnly === true || path.startsWith('/me/');
}
