import { DomainError } from './domain-error.ts';

/** The bounds of an API key, which never change: they are what two persons have agreed on. */
export interface KeyBounds {
  /** The operations that it may call; undefined: all of its role. */
  readonly routes: readonly string[] | undefined;
  /** The networks that it may be used from; undefined: any. */
  readonly networks: readonly string[] | undefined;
}

/**
 * Checks that a key which names operations names this one.
 * @throws DomainError `forbidden`
 */
export function requireRoute({ routes }: Pick<KeyBounds, 'routes'>, operationId: string): void {
  if (routes !== undefined && !routes.includes(operationId))
    throw new DomainError('forbidden', `The API key may not call ${operationId}.`);
}
