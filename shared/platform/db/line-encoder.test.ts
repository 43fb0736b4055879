import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineEncoder } from './line-encoder.ts';

test('lines of any script and length are encoded as if joined', () => {
  const encoder = new LineEncoder();
  const line = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.nat(120_000).map((length) => 'é'.repeat(length)),
    fc.constant('\u{1f680}é\ud800\n'),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(encoder.encode(lines)).toEqual(Buffer.concat(lines.map((each) => Buffer.from(each))));
    }),
    { numRuns: 50 },
  );
});

test('what was encoded stays when the next is', () => {
  const encoder = new LineEncoder();
  const first = encoder.encode(['first\n']);
  encoder.encode(['other\n']);
  expect(first.toString()).toBe('first\n');
});
