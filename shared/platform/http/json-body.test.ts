import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DomainError } from '#kernel/domain-error.ts';
import { JsonNumber } from '#kernel/json.ts';
import { readJsonBody } from './json-body.ts';

function refusal(text: string): { slug: string; detail: string; pointer: string | undefined } {
  try {
    readJsonBody(text);
  } catch (error) {
    const { slug, message, errors } = error as DomainError;
    return { slug, detail: message, pointer: errors?.[0]?.pointer };
  }
  throw new Error(`${text.slice(0, 100)} was accepted`);
}

/** The value with floats, as `JSON.parse` would give it. */
function withFloats(value: unknown): unknown {
  if (value instanceof JsonNumber) return Number(value.source);
  if (Array.isArray(value)) return value.map(withFloats);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withFloats(item)]));
  return value;
}

test('reads what JSON.parse reads, but for numbers', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(fc.jsonValue({ maxDepth: 4 })),
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
      ),
      fc.nat(4),
      (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        fc.pre(!/\\u0000|\\ud|\ufffd|__proto__/i.test(text));
        expect(withFloats(readJsonBody(text))).toEqual(JSON.parse(text));
      },
    ),
  );
});

test.each(['0', '-0', '1.50', '1e5', '-1.25E-7', '123456789012345678901234567890', `1.${'0'.repeat(60)}1`])(
  'keeps the digits of %s',
  (source) => {
    expect(readJsonBody(`{"a":[${source}]}`)).toEqual({ a: [new JsonNumber(source)] });
  },
);

describe('names the place of', () => {
  test.each([
    ['a NUL', '{"a":{"b":[1,"x\\u0000"]}}', '/a/b/1'],
    ['half of a pair', '{"a":"\\ud800"}', '/a'],
    ['the other half', '{"a":"\\udc00\\ud800"}', '/a'],
    ['bytes that were not UTF-8', '{"a":["","\ufffd"]}', '/a/1'],
    ['a long string', `{"a":"${'x'.repeat(10_001)}"}`, '/a'],
    ['a long number', `{"a":{"b/c":1${'0'.repeat(64)}}}`, '/a/b~1c'],
    ['a prototype', '{"a":{"__proto__":{}}}', '/a/__proto__'],
    ['a prototype of a constructor', '{"a":{"constructor":{"prototype":{}}}}', '/a/constructor/prototype'],
    ['an escaped prototype', '{"\\u005f_proto__":{}}', '/__proto__'],
  ])('%s', (_, text, pointer) => {
    expect(refusal(text)).toMatchObject({ slug: 'validation-failed', pointer });
  });
});

describe('refuses as no JSON', () => {
  test.each([
    '{"a":01}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":+1}',
    '{"a":-}',
    '{"a":--1}',
    '{"a":1e}',
    '{"a":1 2}',
    '{"a":12"b"}',
    '{1:2}',
    '[1,]',
    '{"a":1,}',
    '{"a":NaN}',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a":"\0"}',
    '{"a":1}}',
    '{"a":1',
    '',
    ' ',
    'tru',
    '{"a":1,"\\u0061":1}',
  ])('%j', (text) => {
    expect(refusal(text)).toMatchObject({ slug: 'malformed-request' });
  });
});

test.each(['1', '"a"', 'null', 'true'])('refuses %s, which is no object', (text) => {
  expect(refusal(text).detail).toBe('The body must be a JSON object.');
});

test('a text that is refused is not quoted', () => {
  expect(refusal('{"password":"secret" x}').detail).not.toContain('secret');
});

test('a megabyte of anything takes little time', () => {
  for (const text of ['[', '{"a":', '"', '1', '-', '0', '\\"', ' ', '[1,', '{"a":1,"'].map((piece) =>
    piece.repeat(1_000_000 / piece.length),
  )) {
    const started = process.cpuUsage();
    refusal(text);
    refusal(`[${text}`);
    expect(process.cpuUsage(started).user / 1_000, text.slice(0, 8)).toBeLessThan(1_000);
  }
});
