import { describe, expect, test } from 'vitest';
import { parseCondition } from './choice-rule.ts';

const input = {
  text: 'SENT',
  amount: 100,
  flag: true,
  none: null,
  at: '2027-01-31T12:00:00Z',
  other: 99.5,
  later: '2027-01-31T13:30:00+01:00',
  code: 'R01*',
};
const holds = (rule: object): boolean =>
  parseCondition(rule as never)({ input, context: { Execution: { Name: 'e1' } } });

describe('a rule', () => {
  test.each([
    [{ Variable: '$.text', StringEquals: 'SENT' }, true],
    [{ Variable: '$.text', StringEquals: 'sent' }, false],
    [{ Variable: '$.text', StringLessThan: 'SETTLED' }, true],
    [{ Variable: '$.amount', StringEquals: '100' }, false],
    [{ Variable: '$.amount', NumericEquals: 100 }, true],
    [{ Variable: '$.amount', NumericGreaterThan: 100 }, false],
    [{ Variable: '$.amount', NumericGreaterThanEquals: 100 }, true],
    [{ Variable: '$.amount', NumericGreaterThanPath: '$.other' }, true],
    [{ Variable: '$.amount', NumericLessThanEqualsPath: '$.other' }, false],
    [{ Variable: '$.flag', BooleanEquals: true }, true],
    [{ Variable: '$.flag', BooleanEqualsPath: '$.text' }, false],
    [{ Variable: '$.at', TimestampLessThan: '2027-01-31T12:00:00.001Z' }, true],
    [{ Variable: '$.at', TimestampEquals: '2027-01-31T13:00:00+01:00' }, true],
    [{ Variable: '$.at', TimestampLessThanPath: '$.later' }, true],
    [{ Variable: '$.text', TimestampEquals: 'SENT' }, false],
    [{ Variable: '$.code', StringMatches: 'R*' }, true],
    [{ Variable: '$.code', StringMatches: 'R01\\*' }, true],
    [{ Variable: '$.code', StringMatches: 'R.1*' }, false],
    [{ Variable: '$.text', StringMatches: '*EN*' }, true],
    [{ Variable: '$.missing', IsPresent: false }, true],
    [{ Variable: '$.none', IsPresent: true }, true],
    [{ Variable: '$.none', IsNull: true }, true],
    [{ Variable: '$.amount', IsNumeric: false }, false],
    [{ Variable: '$.at', IsTimestamp: true }, true],
    [{ Variable: '$.text', IsTimestamp: true }, false],
    [{ Variable: '$$.Execution.Name', StringEquals: 'e1' }, true],
    [{ Not: { Variable: '$.flag', BooleanEquals: true } }, false],
    [
      {
        And: [
          { Variable: '$.missing', IsPresent: true },
          { Variable: '$.missing', StringEquals: 'x' },
        ],
      },
      false,
    ],
    [
      {
        Or: [
          { Variable: '$.flag', BooleanEquals: false },
          { Variable: '$.amount', NumericLessThan: 101 },
        ],
      },
      true,
    ],
  ])('%j: %s', (rule, expected) => {
    expect(holds(rule)).toBe(expected);
  });

  test('on what is not there is a runtime error', () => {
    expect(() => holds({ Variable: '$.missing', StringEquals: 'x' })).toThrow(
      /^States.Runtime: Invalid path/,
    );
  });

  test.each([
    [{ Variable: '$.text', StringContains: 'x' }, 'StringContains is not implemented'],
    [{ Variable: '$.flag', BooleanLessThan: true }, 'BooleanLessThan is not implemented'],
    [{ Variable: '$.text', StringEquals: 'x', IsPresent: true }, 'exactly one operator'],
    [{ Variable: '$.text' }, 'exactly one operator'],
    [{ StringEquals: 'x' }, 'not a path'],
    [{ Variable: '$.text', IsPresent: 'yes' }, 'true or false'],
    [{ And: [] }, 'list of rules'],
    [{ Not: [] }, 'takes a rule'],
  ])('%j is refused at start', (rule, reason) => {
    expect(() => parseCondition(rule as never)).toThrow(reason);
  });
});
