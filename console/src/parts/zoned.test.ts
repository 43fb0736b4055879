import { expect, test } from 'vitest';
import { instantIn } from './zoned.ts';

test.each([
  ['2027-01-15 09:30', 'America/New_York', '2027-01-15T14:30:00.000Z'],
  ['2027-07-15 09:30', 'America/New_York', '2027-07-15T13:30:00.000Z'],
  ['2027-03-14 12:00', 'America/New_York', '2027-03-14T16:00:00.000Z'],
  ['2027-03-14 01:59', 'America/New_York', '2027-03-14T06:59:00.000Z'],
  ['2027-01-15 00:00', 'Pacific/Kiritimati', '2027-01-14T10:00:00.000Z'],
  ['2027-01-15T09:30', 'UTC', '2027-01-15T09:30:00.000Z'],
  ['tomorrow', 'UTC', 'tomorrow'],
])('%s in %s is %s', (local, zone, instant) => {
  expect(instantIn(local, zone)).toBe(instant);
});
