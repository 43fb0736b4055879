import { expect, test } from 'vitest';
import { DomainError } from '#kernel/domain-error.ts';
import { checkJson, reviveExactly } from '#kernel/json.ts';
import { validate } from '#kernel/validate.ts';
import { AllocationType, VestingSchedule } from './vesting-schedule.ts';

test.each([
  ['{"type":"cliff","cliff_months":12}', { type: 'cliff', cliff_months: 12 }],
  ['{"type":"graded","total_months":600}', { type: 'graded', total_months: 600 }],
  [
    '{"type":"graded","total_months":30.0,"cliff_months":-0}',
    { type: 'graded', total_months: 30, cliff_months: 0 },
  ],
  [
    '{"type":"graded","total_months":48,"cliff_months":48,"every_months":5}',
    { type: 'graded', total_months: 48, cliff_months: 48, every_months: 5 },
  ],
  [
    '{"type":"tranches","tranches":[{"after_months":0,"percent":33.33333333},{"after_months":600,"percent":"66.66666667"}]}',
    {
      type: 'tranches',
      tranches: [
        { after_months: 0, percent: '33.33333333' },
        { after_months: 600, percent: '66.66666667' },
      ],
    },
  ],
])('%s is a schedule', (json, schedule) => {
  expect(validate(VestingSchedule, JSON.parse(checkJson(json), reviveExactly), '')).toEqual(schedule);
});

const tranches = (...rows: [number, string][]) =>
  JSON.stringify({
    type: 'tranches',
    tranches: rows.map(([after_months, percent]) => ({ after_months, percent })),
  });

test.each([
  ['{}', '/type', 'must be cliff, graded or tranches'],
  ['{"type":"linear"}', '/type', 'must be cliff, graded or tranches'],
  ['{"type":"cliff"}', '/cliff_months', 'is required'],
  ['{"type":"cliff","cliff_months":0}', '/cliff_months', 'must be at least 1'],
  ['{"type":"cliff","cliff_months":601}', '/cliff_months', 'must be at most 600'],
  ['{"type":"cliff","cliff_months":99999999999999999999}', '/cliff_months', 'must be at most 600'],
  ['{"type":"cliff","cliff_months":-1}', '/cliff_months', 'must be at least 1'],
  ['{"type":"cliff","cliff_months":1.5}', '/cliff_months', 'must be a whole number'],
  ['{"type":"cliff","cliff_months":1e1}', '/cliff_months', 'must be a whole number'],
  ['{"type":"cliff","cliff_months":"12"}', '/cliff_months', 'must be a whole number'],
  ['{"type":"cliff","cliff_months":null}', '/cliff_months', 'must be a whole number'],
  ['{"type":"cliff","cliff_months":12,"total_months":12}', '/total_months', 'is not a field here'],
  ['{"type":"graded","total_months":0}', '/total_months', 'must be at least 1'],
  ['{"type":"graded","total_months":12,"every_months":0}', '/every_months', 'must be at least 1'],
  [
    '{"type":"graded","total_months":12,"cliff_months":13}',
    '/cliff_months',
    'must not be more than total_months',
  ],
  [
    '{"type":"graded","total_months":12,"every_months":13}',
    '/every_months',
    'must not be more than total_months',
  ],
  ['{"type":"graded","total_months":12,"cliff":6}', '/cliff', 'is not a field here'],
  ...['1/0', '0/1', '1', '1/3/3', '-1/3', '10000/10001', '1/3 '].map((fraction): [string, string, string] => [
    JSON.stringify({ type: 'tranches', tranches: [{ after_months: 1, fraction }] }),
    '/tranches/0/fraction',
    'must be a fraction of numbers from 1 to 9999, such as "1/3"',
  ]),
  [
    '{"type":"tranches","tranches":[{"after_months":1,"fraction":"4/3"}]}',
    '/tranches/0/fraction',
    'must not be more than 1',
  ],
  [
    '{"type":"tranches","tranches":[{"after_months":1,"fraction":"1/3"},{"after_months":2,"percent":"66.66666667"}]}',
    '/tranches',
    'must have parts that sum to the whole, not to 30000000001/30000000000',
  ],
  [
    '{"type":"tranches","tranches":[{"after_months":1,"fraction":"1/2","percent":"50"}]}',
    '/tranches/0',
    'must have either a percent or a fraction',
  ],
  [
    JSON.stringify({
      type: 'tranches',
      tranches: [9973, 9967, 9949, 9941].map((prime, index) => ({
        after_months: index,
        fraction: `1/${prime}`,
      })),
    }),
    '/tranches',
    'must have fractions with a smaller common denominator',
  ],
  ...[
    '{"total_months":12,"cliff_portion":"1/5"}',
    '{"total_months":12,"cliff_months":12,"cliff_portion":"1/5"}',
    '{"total_months":12,"cliff_months":6,"cliff_portion":"2/2"}',
  ].map((rest): [string, string, string] => [
    rest.replace('{', '{"type":"graded",'),
    '/cliff_portion',
    'must be less than 1, for a cliff between the start and total_months',
  ]),
  ['{"type":"cliff","cliff_months":1,"day_of_month":32}', '/day_of_month', 'must be at most 31'],
  ['{"type":"tranches"}', '/tranches', 'must be a list of tranches'],
  [tranches(), '/tranches', 'must have at least one tranche'],
  [
    tranches(...Array.from({ length: 125 }, (_, i): [number, string] => [i, '0.8'])),
    '/tranches',
    'must have at most 120 tranches',
  ],
  [
    tranches([12, '50'], [24, '49.99999999']),
    '/tranches',
    'must have percents that sum to 100, not 99.99999999',
  ],
  [tranches([12, '50'], [24, '150']), '/tranches', 'must have percents that sum to 100, not 200'],
  [
    tranches([12, '50'], [12, '50']),
    '/tranches/1/after_months',
    'must be greater than in the previous tranche',
  ],
  [tranches([12, '100'], [24, '0']), '/tranches/1/percent', 'must be greater than zero'],
  [tranches([12, '150'], [24, '-50']), '/tranches/1/percent', 'must be greater than zero'],
  [
    tranches([12, '33.333333333'], [24, '66.666666667']),
    '/tranches/0/percent',
    'must have at most 8 decimal places',
  ],
  ...['ipo', '1ST_EVENT', 'IPO-2', '', 'I'.repeat(41)].map((event): [string, string, string] => [
    `{"type":"cliff","cliff_months":12,"condition":{"type":"event","event":"${event}"}}`,
    '/condition/event',
    'must be capital letters, digits and _, such as IPO or CHANGE_OF_CONTROL',
  ]),
  [
    '{"type":"cliff","cliff_months":12,"condition":{"type":"time","event":"IPO"}}',
    '/condition/type',
    'must be event',
  ],
  [
    '{"type":"graded","total_months":12,"condition":{"type":"event","event":"IPO","on":"2026-01-01"}}',
    '/condition/on',
    'is not a field here',
  ],
  [
    '{"type":"tranches","tranches":[{"after_months":1,"percent":100,"note":"x"}]}',
    '/tranches/0/note',
    'is not a field here',
  ],
])('%.200s is refused at %s', (json, pointer, message) => {
  expect(errorsOf(json)).toContainEqual(expect.objectContaining({ pointer, message }));
});

test.each(['"graded"', '12', 'null', '[]'])('a schedule that is %s is refused', (json) => {
  const body = JSON.parse(checkJson(`{"schedule":${json}}`), reviveExactly) as { schedule: unknown };
  expect(() => validate(VestingSchedule, body.schedule, '/schedule')).toThrow(DomainError);
});

test('the allocation types are those of the Open Cap Format', () => {
  expect(AllocationType.options).toHaveLength(7);
  expect(AllocationType.safeParse('ROUND_UP').success).toBe(false);
});

function errorsOf(json: string) {
  try {
    validate(VestingSchedule, JSON.parse(checkJson(json), reviveExactly), '');
  } catch (error) {
    if (error instanceof DomainError) return error.errors;
    throw error;
  }
  return [];
}
