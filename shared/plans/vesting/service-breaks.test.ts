import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays } from '#kernel/calendar.ts';
import { calendarDay, type ServiceBreak, serviceDay } from './service-breaks.ts';

const ABSENCE = { terminated_on: '2026-01-31', rehired_on: '2027-03-31' };

test.each([
  ['2026-01-31', '2026-01-31'],
  ['2026-02-01', '2026-01-31'],
  ['2027-03-31', '2026-01-31'],
  ['2027-04-01', '2026-02-01'],
])('by %s as much was served as without absences by %s', (day, served) => {
  expect(serviceDay(day, [ABSENCE])).toBe(served);
});

test.each([
  ['2027-01-30', '2027-01-30'],
  ['2027-01-31', '2026-01-31'],
])('an absence until %s leaves %s of it', (rehired_on, served) => {
  expect(serviceDay(rehired_on, [{ ...ABSENCE, rehired_on }])).toBe(served);
});

const absences = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 900 })), { maxLength: 4 })
  .map((gaps) => {
    let day = '2020-02-29';
    return gaps.map(([worked, away]): ServiceBreak => {
      const terminated_on = addDays(day, worked);
      day = addDays(terminated_on, away);
      return { terminated_on, rehired_on: day };
    });
  });

test('service never runs backwards, nor faster than the calendar, and each day of it was served on one', () => {
  fc.assert(
    fc.property(absences, fc.integer({ min: 0, max: 8_000 }), (breaks, n) => {
      const day = addDays('2020-02-29', n);
      const [served, next] = [serviceDay(day, breaks), serviceDay(addDays(day, 1), breaks)];
      expect([served, addDays(served, 1)]).toContain(next);
      expect(serviceDay(calendarDay(served, breaks), breaks)).toBe(served);
    }),
  );
});
