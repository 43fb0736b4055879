import { expect, test } from 'vitest';
import { type Plan, scheduleOf, type Written, writtenOf } from './schedule.ts';

const WRITTEN: Written = {
  ...{ type: 'graded', total: '48', cliff: '', every: '', portion: '' },
  ...{ tranches: '', dayOfMonth: '', event: '' },
};

test('a graded schedule has what was written, and nothing that was left empty', () => {
  expect(scheduleOf(WRITTEN)).toEqual({ type: 'graded', total_months: 48 });
  expect(scheduleOf({ ...WRITTEN, cliff: '12', every: '3' })).toEqual({
    ...{ type: 'graded', total_months: 48 },
    ...{ cliff_months: 12, every_months: 3 },
  });
});

test('a line is a tranche: months, then percent or a fraction', () => {
  expect(scheduleOf({ ...WRITTEN, type: 'tranches', tranches: '12 25%\n24: 75\n\n' })).toEqual({
    type: 'tranches',
    tranches: [
      { after_months: 12, percent: '25' },
      { after_months: 24, percent: '75' },
    ],
  });
  expect(scheduleOf({ ...WRITTEN, type: 'tranches', tranches: '0 1/3' })).toEqual({
    type: 'tranches',
    tranches: [{ after_months: 0, fraction: '1/3' }],
  });
});

test('an event is named as the API names it', () => {
  expect(scheduleOf({ ...WRITTEN, type: 'cliff', cliff: '6', event: 'change of control' })).toEqual({
    ...{ type: 'cliff', cliff_months: 6 },
    condition: { type: 'event', event: 'CHANGE_OF_CONTROL' },
  });
});

test('no schedule is written, and none is sent', () => {
  expect(scheduleOf(writtenOf(null, true))).toBeUndefined();
  expect(scheduleOf(writtenOf(null, false))).toMatchObject({ type: 'graded' });
});

const SCHEDULES: readonly NonNullable<Plan['vesting_schedule']>[] = [
  { type: 'cliff', cliff_months: 36, condition: { type: 'event', event: 'IPO' } },
  {
    ...{ type: 'graded', total_months: 48, cliff_months: 12, every_months: 3 },
    ...{ cliff_portion: '1/3', day_of_month: 31 },
  },
  {
    type: 'tranches',
    tranches: [
      { after_months: 6, fraction: '1/3' },
      { after_months: 12, fraction: '2/3' },
    ],
    day_of_month: 1,
  },
];

test.each(SCHEDULES)(
  'a form that nobody has touched sends the schedule with which it began: %j',
  (schedule) => {
    expect(scheduleOf(writtenOf(schedule, true))).toEqual(schedule);
  },
);
