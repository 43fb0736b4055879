import { expect, test } from 'vitest';
import type { Day } from '#kernel/calendar.ts';
import { type Reversible, refusalOfReversal, reversibleUntil } from './reversal-refusal.ts';

const SETTLED: Reversible = {
  type: 'DISBURSE',
  status: 'SETTLED',
  return_code: null,
  compensates: null,
  is_ordered: true,
  settlement_day: '2026-11-20' as Day,
  reversal_id: null,
  is_contradicted: false,
  is_of_originator: true,
};

/** A Friday before Thanksgiving, which is no banking day, and neither are the days of the weekend. */
test.each([
  ['2026-11-20', '2026-11-30'],
  ['2026-11-23', '2026-12-01'],
  ['2026-12-21', '2026-12-29'],
  ['2026-07-06', '2026-07-13'],
])('what was settled on %s is asked back until %s', (day, last) => {
  expect(reversibleUntil(day as Day)).toBe(last);
});

test('on the fifth banking day it is asked back; on the sixth it is refused, with the day', () => {
  expect(refusalOfReversal(SETTLED, '2026-11-30' as Day)).toBeUndefined();
  expect(refusalOfReversal(SETTLED, '2026-12-01' as Day)).toMatchObject({
    slug: 'reversal-too-late',
    detail: expect.stringContaining('2026-11-30'),
  });
});

test('what the bank has and has not settled yet is asked back on any day', () => {
  const sent = { ...SETTLED, status: 'SENT', settlement_day: null };
  expect(refusalOfReversal(sent, '2027-11-30' as Day)).toBeUndefined();
});

test.each<[string, Partial<Reversible>, string]>([
  ['has not left', { status: 'PENDING' }, '/transactions/{id}/cancel'],
  ['has failed', { status: 'FAILED', return_code: 'R03' }, 'FAILED'],
  ['was cancelled', { status: 'CANCELLED' }, 'CANCELLED'],
  ['has come back', { return_code: 'R03' }, 'R03'],
  ['is asked back already', { reversal_id: 'the-other' }, 'the-other'],
  ['takes another back', { compensates: 'another' }, 'no payment'],
  ['was ordered by nobody', { is_ordered: false }, 'no payment'],
  ['is a reversal', { type: 'REVERSAL' }, 'a reversal itself'],
  ['another originator has sent', { is_of_originator: false }, 'originator'],
  ['is in doubt', { is_contradicted: true }, '/exceptions'],
])('what %s is refused', (_, change, why) => {
  const refusal = refusalOfReversal({ ...SETTLED, ...change }, '2026-11-23' as Day);
  expect(refusal?.detail).toContain(why);
  expect(refusal?.slug).not.toBe('reversal-too-late');
});
