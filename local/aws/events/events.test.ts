import { expect, test } from 'vitest';
import { compilePattern } from './event-pattern.ts';
import { parseSchedule } from './schedule-expression.ts';

const event = {
  source: 'shop',
  'detail-type': 'transaction.settled',
  detail: { amount: 100, state: 'SETTLED', tags: ['a', 'b'], nested: { deep: null } },
};

test.each([
  [{ source: ['shop'] }, true],
  [{ source: ['other', 'shop'] }, true],
  [{ source: ['other'] }, false],
  [{ 'detail-type': [{ prefix: 'transaction.' }] }, true],
  [{ 'detail-type': [{ suffix: '.settled' }] }, true],
  [{ 'detail-type': [{ 'anything-but': ['transaction.settled'] }] }, false],
  [{ 'detail-type': [{ 'anything-but': { prefix: 'plan.' } }] }, true],
  [{ detail: { state: [{ 'equals-ignore-case': 'settled' }] } }, true],
  [{ detail: { amount: [{ numeric: ['>', 99, '<=', 100] }] } }, true],
  [{ detail: { amount: [{ numeric: ['<', 100] }] } }, false],
  [{ detail: { amount: ['100'] } }, false],
  [{ detail: { tags: ['b'] } }, true],
  [{ detail: { missing: [{ exists: false }] } }, true],
  [{ detail: { amount: [{ exists: false }] } }, false],
  [{ detail: { nested: { deep: [null] } } }, true],
  [{ $or: [{ source: ['other'] }, { detail: { state: ['SETTLED'] } }] }, true],
])('pattern %j matches: %s', (pattern, expected) => {
  expect(compilePattern(pattern, 'rule')(event)).toBe(expected);
});

test('a filter that is not implemented is refused', () => {
  expect(() => compilePattern({ detail: { ip: [{ cidr: '10.0.0.0/24' }] } }, 'rule r')).toThrow(
    /rule r.*cidr/,
  );
});

test.each([
  ['rate(1 minute)', '2026-11-24T10:00:30Z', '2026-11-24T10:01:00.000Z'],
  ['rate(5 minutes)', '2026-11-24T10:05:00Z', '2026-11-24T10:10:00.000Z'],
  ['cron(0 3 * * ? *)', '2026-11-24T03:00:00Z', '2026-11-25T03:00:00.000Z'],
  ['cron(0/15 * * * ? *)', '2026-11-24T03:01:00Z', '2026-11-24T03:15:00.000Z'],
  ['cron(0 2 L * ? *)', '2026-11-24T03:00:00Z', '2026-11-30T02:00:00.000Z'],
  // 2 is Monday, 5 is Thursday: AWS counts from Sunday as 1.
  ['cron(0 12 ? * 2 *)', '2026-11-24T00:00:00Z', '2026-11-30T12:00:00.000Z'],
  ['cron(0 12 ? * MON-FRI *)', '2026-11-27T13:00:00Z', '2026-11-30T12:00:00.000Z'],
  ['cron(0 12 ? * 5L *)', '2026-11-24T00:00:00Z', '2026-11-26T12:00:00.000Z'],
  ['cron(0 12 ? * 2#1 *)', '2026-11-24T00:00:00Z', '2026-12-07T12:00:00.000Z'],
  ['cron(0 0 1 1 ? 2028)', '2026-11-24T00:00:00Z', '2028-01-01T00:00:00.000Z'],
])('%s after %s is due at %s', (expression, from, due) => {
  expect(parseSchedule(expression, 'rule').next(new Date(from))?.toISOString()).toBe(due);
});

test.each([
  'cron(0 3 * * *)',
  'cron(0 3 1 * 2 *)',
  'rate(0 minutes)',
  'at(2027-01-01T00:00:00)',
  'cron(99 3 * * ? *)',
])('%s is refused', (expression) => {
  expect(() => parseSchedule(expression, 'rule r')).toThrow(/rule r/);
});
