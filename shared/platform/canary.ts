import * as environment from '#platform/environment.ts';

/** The event by which a release asks a new version whether it works, before anybody else calls it. No service sends it. */
export interface CanaryEvent {
  readonly canary: 'vestry';
}

export const CANARY: CanaryEvent = { canary: 'vestry' };

export function isCanary(event: unknown): event is CanaryEvent {
  return typeof event === 'object' && event !== null && 'canary' in event && event.canary === CANARY.canary;
}

/**
 * Answers a canary: whoever gets this far has loaded its code. A function with a database signs in to it as well; throws what that throws.
 * The answer is for the release alone, so that no stack needs a type for it.
 */
export async function answerCanary(): Promise<never> {
  environment.name();
  if (environment.hasDatabase()) {
    const { appPool } = await import('#platform/db/pool.ts');
    await appPool().query('select 1');
  }
  return { canary: 'passed' } as never;
}
