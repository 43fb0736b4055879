import { describe, expect, test } from 'vitest';
import { findAt, parsePath, parseResultPath, readAt, writeAt } from './path.ts';

const scope = {
  input: { a: { b: [10, { c: 'deep' }], 'with space': true }, none: null, ü: 1, 'x-y': 2 },
  context: { Task: { Token: 'tok' } },
};

describe('a path', () => {
  test.each([
    ['$', scope.input],
    ['$.a.b[0]', 10],
    ['$.a.b[1].c', 'deep'],
    ["$.a['with space']", true],
    ['$["a"].b[1]["c"]', 'deep'],
    ['$.none', null],
    ['$.ü', 1],
    ['$.x-y', 2],
    ['$$.Task.Token', 'tok'],
    ['$$', scope.context],
    ['$.a.b[2]', undefined],
    ['$.a[0]', undefined],
    ['$.none.x', undefined],
    // Inherited properties of an object are not part of the data.
    ['$.constructor', undefined],
  ])('%s', (path, value) => {
    expect(findAt(parsePath(path), scope)).toEqual(value);
  });

  test.each(['$..a', '$.a[*]', '$.a[0:1]', '$.a[?(@.b)]', '$.a[-1]', '$.', '$a', 'a.b', '', 7, null])(
    '%j is refused',
    (path) => {
      expect(() => parsePath(path)).toThrow(/path/);
    },
  );

  test('that leads nowhere is a runtime error', () => {
    expect(() => readAt(parsePath('$.b'), scope)).toThrow(/^States.Runtime: .*'\$\.b'/);
  });
});

describe('a result', () => {
  const input = { kept: 1, list: [1, 2], text: 'x' };

  test.each([
    ['$', 'r', 'r'],
    ['$.kept', 'r', { ...input, kept: 'r' }],
    ['$.new.deep', 'r', { ...input, new: { deep: 'r' } }],
    ['$.list[1]', 'r', { ...input, list: [1, 'r'] }],
    ['$.__proto__', 'r', JSON.parse('{"kept":1,"list":[1,2],"text":"x","__proto__":"r"}')],
  ])('at %s', (path, value, output) => {
    const before = structuredClone(input);
    expect(writeAt(parsePath(path), input, value)).toEqual(output);
    expect(input).toEqual(before);
  });

  test.each(['$.list[2]', '$.list.x', '$.text.x', '$.kept[0]'])('at %s does not fit', (path) => {
    expect(() => writeAt(parsePath(path), input, 'r')).toThrow(/^States.ResultPathMatchFailure/);
  });

  test('goes into the input, not into the context', () => {
    expect(() => parseResultPath('$$.a')).toThrow('context');
    expect(parseResultPath(null)).toBeNull();
  });
});
