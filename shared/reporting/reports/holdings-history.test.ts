import { expect, test } from 'vitest';
import { daysOfHistory } from './holdings-history.ts';

test.each([
  ['MONTH', '2026-01-31', '2026-04-15', ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-15']],
  ['MONTH', '2024-02-01', '2024-02-29', ['2024-02-29']],
  ['MONTH', '2026-05-05', '2026-05-05', ['2026-05-05']],
  ['QUARTER', '2025-11-30', '2026-07-01', ['2025-12-31', '2026-03-31', '2026-06-30', '2026-07-01']],
  ['QUARTER', '2026-03-31', '2026-06-30', ['2026-03-31', '2026-06-30']],
  ['YEAR', '2024-01-01', '2026-02-01', ['2024-12-31', '2025-12-31', '2026-02-01']],
] as const)('the days of each %s from %s to %s', (every, from, to, days) => {
  expect(daysOfHistory({ every, from, to })).toEqual(days);
});
