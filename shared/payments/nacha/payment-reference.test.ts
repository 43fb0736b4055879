import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uuidV7 } from '#kernel/ids.ts';
import { paymentReference } from './payment-reference.ts';

test.each([
  ['00000000-0000-0000-0000-000000000000', '000000000000000'],
  ['00000000-0000-4000-8000-00000000001f', '00800000000000Z'],
  ['ffffffff-ffff-4fff-bfff-ffffffffffff', 'ZZVZZZZZZZZZZZZ'],
])('%s is %s', (paymentId, expected) => {
  expect(paymentReference(paymentId)).toBe(expected);
});

test('ids of one millisecond have references of their own', () => {
  const references = Array.from({ length: 10_000 }, () => paymentReference(uuidV7(1_800_000_000_000)));
  expect(new Set(references).size).toBe(references.length);
});

test('is 15 characters that stay the same', () => {
  fc.assert(
    fc.property(fc.uuid(), (paymentId) => {
      expect(paymentReference(paymentId)).toMatch(/^[0-9A-HJKMNP-TV-Z]{15}$/);
      expect(paymentReference(paymentId)).toBe(paymentReference(paymentId));
    }),
  );
});

test.each(['', 'A', '0198c0de-0000-7000-8000-00000000000', '0198C0DE-0000-7000-8000-000000000001'])(
  '%j is no payment id',
  (paymentId) => {
    expect(() => paymentReference(paymentId)).toThrow(RangeError);
  },
);
