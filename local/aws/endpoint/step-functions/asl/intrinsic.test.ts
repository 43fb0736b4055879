import { describe, expect, test } from 'vitest';
import { evaluate, parseExpression } from './intrinsic.ts';
import { parsePayloadTemplate } from './payload-template.ts';

const scope = {
  input: { id: 't1', count: 3, list: [1, 2], text: '{"a":1}', nested: { b: true } },
  context: { Execution: { Name: 'e1' } },
};
const value = (text: string): unknown => evaluate(parseExpression(text), scope);

describe('an intrinsic', () => {
  test.each([
    ["States.Format('pay/{}/{}', $.id, $$.Execution.Name)", 'pay/t1/e1'],
    ["States.Format('{} {} {} {}', 1, true, null, 'a, b)')", '1 true null a, b)'],
    ["States.Format('It\\'s \\{{}\\} \\\\', $.count)", "It's {3} \\"],
    ["States.Format('plain')", 'plain'],
    ['States.JsonToString($.list)', '[1,2]'],
    ['States.StringToJson($.text)', { a: 1 }],
    ['States.MathAdd($.count, -5)', -2],
    ["States.JsonToString(States.StringToJson(States.Format('[{}]', States.MathAdd(1, 2))))", '[3]'],
    ['$.nested', { b: true }],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  test('makes ids, each another one', () => {
    const ids = [value('States.UUID()'), value('States.UUID()')];
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });

  test.each([
    ["States.Format('{} {}', 1)", 'placeholder 2'],
    ["States.Format('{}', 1, 2)", '1 placeholders for 2 values'],
    ["States.Format('{}', $.nested)", 'no plain value'],
    ['States.Format($.count)', 'template'],
    ['States.StringToJson($.id)', 'JSON text'],
    ['States.MathAdd(1, $.id)', 'whole numbers'],
    ['States.MathAdd(9007199254740991, 1)', 'whole numbers'],
  ])('%s fails when it runs', (text, reason) => {
    expect(() => value(text)).toThrow(new RegExp(`^States.IntrinsicFailure: .*${reason}`));
  });

  test.each([
    ['States.Hash($.id, 1)', 'not implemented'],
    ['States.MathAdd(1)', "doesn't take 1"],
    ['States.UUID() + 1', 'nothing may follow'],
    ["States.Format('a' 'b')", 'missing'],
    ["States.Format('a", 'neither a path nor an intrinsic'],
    ['plain text', 'neither a path nor an intrinsic'],
    ['toString()', 'not implemented'],
    [7, 'must be text'],
  ])('%s is refused at start', (text, reason) => {
    expect(() => parseExpression(text)).toThrow(reason);
  });
});

describe('a payload template', () => {
  test('takes from the scope what ends in .$, at any depth, and leaves the rest', () => {
    const template = parsePayloadTemplate({
      fixed: '$.id',
      'id.$': '$.id',
      nested: {
        'name.$': '$$.Execution.Name',
        list: [{ 'n.$': 'States.MathAdd($.count, 1)' }, '$.id', null],
      },
    });
    expect(template(scope)).toEqual({
      fixed: '$.id',
      id: 't1',
      nested: { name: 'e1', list: [{ n: 4 }, '$.id', null] },
    });
  });

  test('refuses a field that is given twice', () => {
    expect(() => parsePayloadTemplate({ id: 1, 'id.$': '$.id' })).toThrow('twice');
  });
});
