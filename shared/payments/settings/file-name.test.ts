import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, type Day } from '#kernel/calendar.ts';
import { DEFAULT_FILE_NAME, fileNameFault, fileNameOf, type NamedFile } from './file-name.ts';

const MODIFIERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function fileOf(day: string, place: number): NamedFile {
  return {
    day: day as Day,
    modifier: MODIFIERS.charAt(place),
    number: place + 1,
    tenant: 'acme',
    originator: '1987654321',
  };
}

test.each([
  [DEFAULT_FILE_NAME, '2026-07-02-C.ach'],
  ['{tenant}.{yyyymmdd}.{number}.txt', 'acme.20260702.03.txt'],
  ['ACH_{originator}_{yymmdd}{sequence}', 'ACH_1987654321_260702C'],
])('%s names a file %s', (pattern, name) => {
  expect(fileNameFault(pattern)).toBeUndefined();
  expect(fileNameOf(pattern, fileOf('2026-07-02', 2))).toBe(name);
});

test.each([
  ['', 'must begin'],
  ['payments.ach', 'must have the day'],
  ['{date}.ach', 'must have the day'],
  ['{sequence}.ach', 'must have the day'],
  ['{tenant}-{originator}', 'must have the day'],
  ['{date}{sequence}{date}', 'each placeholder once'],
  ['{date}-{sequence}-{time}', 'no other placeholders'],
  ['{date}-{}-{sequence}', 'no other placeholders'],
  ['{date}-{sequence', 'must begin'],
  ['{{date}}-{sequence}', 'must begin'],
  ['{Date}-{sequence}', 'must begin'],
  ['../{date}-{sequence}', 'must begin'],
  ['a/{date}-{sequence}', 'must begin'],
  ['.{date}-{sequence}', 'must begin'],
  ['{date}-{sequence} .ach', 'must begin'],
  ['{date}-{sequence}.äch', 'must begin'],
  ['{date}-{sequence}.ach\n', 'must begin'],
  ['{date}-{sequence}.ack', 'must not end'],
  ['{date}-{sequence}.REJ', 'must not end'],
  [`{date}-{sequence}${'x'.repeat(50)}`, 'at most 60'],
])('%j is no pattern: it %s', (pattern, fault) => {
  expect(fileNameFault(pattern)).toContain(fault);
});

const placeholders = fc.tuple(
  fc.constantFrom('{date}', '{yyyymmdd}', '{yymmdd}'),
  fc.constantFrom('{sequence}', '{number}'),
  fc.subarray(['{tenant}', '{originator}']),
);
const literal = fc.stringMatching(/^[A-Za-z0-9._-]{0,6}$/);
const pattern = fc
  .tuple(placeholders, fc.array(literal, { minLength: 5, maxLength: 5 }), fc.boolean())
  .map(([[day, number, others], literals, isTurned]) => {
    const all = isTurned ? [number, day, ...others] : [day, number, ...others];
    return all.map((one, index) => `${one}${literals[index] ?? ''}`).join('');
  })
  .filter((made) => fileNameFault(made) === undefined);
const file = fc
  .tuple(fc.nat(1_000), fc.nat(35))
  .map(([days, place]) => fileOf(addDays('2026-01-01', days), place));
const isSameFile = (a: NamedFile, b: NamedFile) => a.day === b.day && a.number === b.number;

test('a pattern gives no two files one name, and none gives another file the name that it has without a pattern', () => {
  fc.assert(
    fc.property(pattern, file, file, (made, one, other) => {
      if (isSameFile(one, other)) return;
      expect(fileNameOf(made, one)).not.toBe(fileNameOf(made, other));
      expect(fileNameOf(made, one)).not.toBe(fileNameOf(DEFAULT_FILE_NAME, other));
    }),
    { numRuns: 1_000 },
  );
});
