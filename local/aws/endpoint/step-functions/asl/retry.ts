import { Fields } from './fields.ts';
import { type Path, parseResultPath } from './path.ts';
import type { StateError } from './state-error.ts';

export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly hasJitter: boolean;
}

export interface Catcher {
  readonly errors: readonly string[];
  readonly next: string;
  readonly resultPath: Path | null;
}

const RETRIER_FIELDS = [
  'BackoffRate',
  'Comment',
  'ErrorEquals',
  'IntervalSeconds',
  'JitterStrategy',
  'MaxAttempts',
  'MaxDelaySeconds',
];
const MAX_ATTEMPTS = 99_999_999;
/** The longest delay that `MaxDelaySeconds` may name: a year. */
const MAX_DELAY_SECONDS = 31_622_400;

export function compileRetriers(state: Fields): Retrier[] {
  const retriers = state.list('Retry').map((value, index): Retrier => {
    const fields = new Fields(`${state.where}, Retry[${index}]`, value, RETRIER_FIELDS);
    const jitter = fields.optionalText('JitterStrategy') ?? 'NONE';
    if (jitter !== 'NONE' && jitter !== 'FULL') fields.fail(`JitterStrategy is NONE or FULL, not ${jitter}`);
    return {
      errors: errorsOf(fields),
      intervalSeconds: fields.integer('IntervalSeconds', 1, MAX_ATTEMPTS) ?? 1,
      maxAttempts: fields.integer('MaxAttempts', 0, MAX_ATTEMPTS) ?? 3,
      backoffRate: fields.number('BackoffRate', 1, MAX_ATTEMPTS) ?? 2,
      maxDelaySeconds: fields.integer('MaxDelaySeconds', 1, MAX_DELAY_SECONDS) ?? MAX_DELAY_SECONDS,
      hasJitter: jitter === 'FULL',
    };
  });
  checkAllIsLast(state, 'Retry', retriers);
  return retriers;
}

export function compileCatchers(state: Fields): Catcher[] {
  const catchers = state.list('Catch').map((value, index): Catcher => {
    const fields = new Fields(`${state.where}, Catch[${index}]`, value, [
      'Comment',
      'ErrorEquals',
      'Next',
      'ResultPath',
    ]);
    const resultPath = fields.parsed('ResultPath', parseResultPath);
    return {
      errors: errorsOf(fields),
      next: fields.text('Next'),
      resultPath: resultPath === undefined ? parseResultPath('$') : resultPath,
    };
  });
  checkAllIsLast(state, 'Catch', catchers);
  return catchers;
}

function errorsOf(fields: Fields): string[] {
  const errors = fields.list('ErrorEquals');
  if (errors.length === 0) fields.fail('ErrorEquals names no error');
  return errors.map((name) => (typeof name === 'string' ? name : fields.fail('ErrorEquals holds text only')));
}

/** Step Functions demands it, lest what follows be unreachable. */
function checkAllIsLast(
  state: Fields,
  field: string,
  handlers: readonly { readonly errors: readonly string[] }[],
): void {
  handlers.forEach(({ errors }, index) => {
    if (errors.includes('States.ALL') && (errors.length > 1 || index < handlers.length - 1))
      state.fail(`${field}: States.ALL must stand alone, and last`);
  });
}

/** Errors that the wildcards don't stand for. */
const BEYOND_ALL = ['States.DataLimitExceeded'];
const BEYOND_TASK_FAILED = [...BEYOND_ALL, 'States.Timeout', 'States.HeartbeatTimeout'];

/** Whether a list of `ErrorEquals` handles an error. Nothing handles `States.Runtime`. */
export function handles(errors: readonly string[], { error }: Pick<StateError, 'error'>): boolean {
  if (error === 'States.Runtime') return false;
  return errors.some((name) => {
    if (name === error) return true;
    if (name === 'States.ALL') return !BEYOND_ALL.includes(error);
    if (name === 'States.TaskFailed') return !BEYOND_TASK_FAILED.includes(error);
    return name === 'States.Timeout' && error === 'States.HeartbeatTimeout';
  });
}

/**
 * Returns the delay before the next retry, after `retries` earlier ones of the same retrier. `random` is at least 0
 * and below 1.
 */
export function retryDelayMs(retrier: Retrier, retries: number, random: () => number): number {
  const { intervalSeconds, backoffRate, maxDelaySeconds, hasJitter } = retrier;
  const seconds = Math.min(intervalSeconds * backoffRate ** retries, maxDelaySeconds);
  return Math.round(seconds * 1000 * (hasJitter ? random() : 1));
}
