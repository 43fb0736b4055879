import { expect, test } from 'vitest';
import { LEGAL_MINIMUM_YEARS, retentionPolicy, yearsBefore } from './retention-policy.ts';

test('nothing that law asks for is kept for less than it asks', () => {
  for (const years of [LEGAL_MINIMUM_YEARS - 1, 0, -7, 6.5, 31, Number.NaN])
    expect(() => retentionPolicy(years), String(years)).toThrow();
  expect(retentionPolicy(LEGAL_MINIMUM_YEARS)).toMatchObject({ recordYears: 6, auditYears: 6, fileYears: 6 });
});

test('years are counted by the calendar', () => {
  const before = (at: string, years: number) => yearsBefore(new Date(at), years).toISOString();
  expect(before('2027-03-01T04:00:00Z', 7)).toBe('2020-03-01T04:00:00.000Z');
  expect(before('2028-02-29T04:00:00Z', 7)).toBe('2021-02-28T04:00:00.000Z');
  expect(before('2028-02-29T04:00:00Z', 8)).toBe('2020-02-29T04:00:00.000Z');
});
