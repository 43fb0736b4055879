import type { Seconds } from './definition.ts';
import { MAX_SECONDS } from './fields.ts';
import { readAt, type Scope } from './path.ts';
import { runtimeError } from './state-error.ts';

/** Throws `States.Runtime` when what stands at the path is no whole number of seconds. */
export function secondsOf(seconds: Seconds, scope: Scope, min: number): number {
  if ('seconds' in seconds) return seconds.seconds;
  const value = readAt(seconds.path, scope);
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= MAX_SECONDS)
    return value;
  throw runtimeError(
    `The value at '${seconds.path.text}' must be a whole number from ${min} to ${MAX_SECONDS}.`,
  );
}
