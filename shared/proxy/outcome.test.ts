import { expect, test } from 'vitest';
import { hasCarried } from './outcome.ts';

test.each([
  // More for than against.
  ['STANDARD', null, '1', '0', true],
  ['STANDARD', null, '1', '1', false],
  ['STANDARD', null, '0', '0', false],
  ['STANDARD', null, '50.0000000000000001', '50', true],
  // The threshold is reached by as many as it says, exactly.
  ['STANDARD', '0.5', '1', '1', true],
  ['STANDARD', '0.66666667', '2', '1', false],
  ['STANDARD', '0.66666666', '2', '1', true],
  ['STANDARD', '2/3', '2', '1', true],
  ['STANDARD', '2/3', '2000000000', '1000000000.0000000000000001', false],
  ['STANDARD', '1/2', '1', '1', true],
  ['STANDARD', '3/3', '1', '0', true],
  ['STANDARD', '0.75', '74.9999999999999999', '25', false],
  ['STANDARD', '0.75', '75', '25', true],
  ['STANDARD', '1', '99999999999999999999', '0.0000000000000001', false],
  ['STANDARD', '1', '0.0000000000000001', '0', true],
  ['STANDARD', '0.00000001', '0', '0', false],
  // The seats decide about directors, unless there is a threshold.
  ['DIRECTOR', null, '9', '1', null],
  ['DIRECTOR', '0.5', '9', '1', true],
  ['DIRECTOR', '0.5', '4', '6', false],
] as const)(
  '%s, threshold %s, %s for and %s against: %s',
  (kind, threshold, votesFor, votesAgainst, carried) => {
    expect(hasCarried({ kind, threshold, votesFor, votesAgainst })).toBe(carried);
  },
);
