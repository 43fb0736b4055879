import { describe, expect, test } from 'vitest';
import { Fields } from './fields.ts';
import { compileCatchers, compileRetriers, handles, type Retrier, retryDelayMs } from './retry.ts';

const retriers = (...list: object[]) => compileRetriers(new Fields('m, state S', { Retry: list }, ['Retry']));

function only(retrier: object): Retrier {
  const [compiled] = retriers({ ErrorEquals: ['E'], ...retrier });
  return compiled as Retrier;
}

const delays = (retrier: Retrier, random = 0.5): number[] =>
  [0, 1, 2, 3].map((retries) => retryDelayMs(retrier, retries, () => random));

test('pauses double from one second, three times, by default', () => {
  expect(only({}).maxAttempts).toBe(3);
  expect(delays(only({}))).toEqual([1_000, 2_000, 4_000, 8_000]);
});

test('pauses grow by their rate up to their cap, and jitter shortens them', () => {
  const capped = { IntervalSeconds: 2, BackoffRate: 1.5, MaxDelaySeconds: 4 };
  expect(delays(only(capped))).toEqual([2_000, 3_000, 4_000, 4_000]);
  expect(delays(only({ ...capped, JitterStrategy: 'FULL' }), 0.25)).toEqual([500, 750, 1_000, 1_000]);
});

describe('ErrorEquals', () => {
  test.each([
    [['Denied'], 'Denied', true],
    [['Denied'], 'Other', false],
    [['States.ALL'], 'Denied', true],
    [['States.ALL'], 'States.Timeout', true],
    [['States.ALL'], 'States.DataLimitExceeded', false],
    [['States.DataLimitExceeded'], 'States.DataLimitExceeded', true],
    [['States.ALL'], 'States.Runtime', false],
    [['States.Runtime'], 'States.Runtime', false],
    [['States.TaskFailed'], 'Denied', true],
    [['States.TaskFailed'], 'Lambda.ServiceException', true],
    [['States.TaskFailed'], 'States.Timeout', false],
    [['States.TaskFailed'], 'States.HeartbeatTimeout', false],
    [['States.Timeout'], 'States.HeartbeatTimeout', true],
    [['States.HeartbeatTimeout'], 'States.Timeout', false],
  ])('%j handles %s: %s', (errors, error, expected) => {
    expect(handles(errors, { error })).toBe(expected);
  });
});

test.each([
  [[{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }], 'States.ALL must stand alone, and last'],
  [[{ ErrorEquals: ['E', 'States.ALL'] }], 'States.ALL must stand alone, and last'],
  [[{ ErrorEquals: [] }], 'ErrorEquals names no error'],
  [[{ ErrorEquals: ['E'], BackoffRate: 0.5 }], 'BackoffRate must be a number from 1'],
  [[{ ErrorEquals: ['E'], IntervalSeconds: 0 }], 'IntervalSeconds must be a number from 1'],
  [[{ ErrorEquals: ['E'], MaxAttempts: 1.5 }], 'MaxAttempts must be a whole number'],
  [[{ ErrorEquals: ['E'], JitterStrategy: 'SOME' }], 'NONE or FULL'],
  [[{ ErrorEquals: ['E'], Delay: 1 }], 'the field Delay is not implemented'],
])('%j is refused at start', (list, reason) => {
  expect(() => retriers(...list)).toThrow(reason);
});

test('a catcher without a state to go on to is refused at start', () => {
  const state = new Fields('m, state S', { Catch: [{ ErrorEquals: ['E'] }] }, ['Catch']);
  expect(() => compileCatchers(state)).toThrow('m, state S, Catch[0]: Next is missing');
});
