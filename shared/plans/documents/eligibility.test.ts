import { expect, test } from 'vitest';
import { type EntryDates, entryDay } from './eligibility.ts';

const NOBODY = { date_of_birth: null, hired_on: null };

test.each([
  ['IMMEDIATE', '2025-03-31', '2025-03-31'],
  ['MONTHLY', '2025-03-31', '2025-04-01'],
  ['MONTHLY', '2025-04-01', '2025-04-01'],
  ['QUARTERLY', '2025-03-31', '2025-04-01'],
  ['QUARTERLY', '2025-04-02', '2025-07-01'],
  ['QUARTERLY', '2025-10-01', '2025-10-01'],
  ['SEMI_ANNUAL', '2025-07-01', '2025-07-01'],
  ['SEMI_ANNUAL', '2025-07-02', '2026-01-01'],
  ['ANNUAL', '2025-01-01', '2025-01-01'],
  ['ANNUAL', '2025-01-02', '2026-01-01'],
] satisfies [EntryDates, string, string][])('%s, hired on %s: %s', (entry_dates, hired_on, day) => {
  const eligibility = { min_age: 0, service_months: 0, entry_dates };
  expect(entryDay(eligibility, { date_of_birth: null, hired_on })).toEqual({ day });
});

test('the later of age and service decides, and clamps to the end of a month', () => {
  const terms = { min_age: 21, service_months: 6, entry_dates: 'IMMEDIATE' } as const;
  const born = { date_of_birth: '2004-02-29', hired_on: '2023-08-31' };
  expect(entryDay(terms, born)).toEqual({ day: '2025-02-28' });
  expect(entryDay(terms, { ...born, hired_on: '2025-08-31' })).toEqual({ day: '2026-02-28' });
});

test('what isn’t known is named only where it is needed', () => {
  const terms = { min_age: 0, service_months: 0, entry_dates: 'ANNUAL' } as const;
  expect(entryDay(terms, NOBODY)).toEqual({});
  expect(entryDay({ ...terms, min_age: 18 }, NOBODY)).toEqual({ unknown: 'date_of_birth' });
  expect(entryDay({ ...terms, service_months: 1 }, NOBODY)).toEqual({ unknown: 'hired_on' });
});
