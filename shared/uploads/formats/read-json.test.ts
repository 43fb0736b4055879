import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUpload, refusalOf } from '#tests/support/read-upload.ts';

const GOOD = '{"external_ref":"A","name":"N","holdings":1}';
const ROWS: [string, string][] = [
  [GOOD, 'accepted'],
  ['{"external_ref":"A","name":"N","holdings":"1.50","email":null}', 'accepted'],
  ['{"external_ref":"A","name":"N","holdings":12345678901234567890.12345678}', 'accepted'],
  ['{"external_ref":"A","name":"N","holdings":-0}', 'accepted'],
  ['{"external_ref":"A","name":"N","holdings":1,"__proto__":{"name":"x"},"constructor":1}', 'accepted'],
  ['{"external_ref":"A","name":"N","holdings":" 1"}', 'holdings:invalid-number'],
  ['{"external_ref":"A","name":"N","holdings":1e3}', 'holdings:invalid-number'],
  ['{"external_ref":"A","name":"N","holdings":1e309}', 'holdings:invalid-number'],
  ['{"external_ref":"A","name":"N","holdings":-1}', 'holdings:negative'],
  ['{"external_ref":"A","name":"N","holdings":0.000000001}', 'holdings:too-many-decimals'],
  ['{"external_ref":"A","name":"N","holdings":true}', 'holdings:wrong-type'],
  ['{"external_ref":"A","name":"N","holdings":null}', 'holdings:required'],
  ['{"external_ref":"A","name":"N"}', 'holdings:required'],
  ['{"external_ref":7,"name":"N","holdings":1}', 'external_ref:wrong-type'],
  ['{"external_ref":"A","name":["N"],"holdings":1}', 'name:wrong-type'],
  ['{"external_ref":"A","name":" ","holdings":1}', 'name:required'],
  ['{"external_ref":"A","name":"\\u0000","holdings":1}', 'name:nul'],
  ['{"external_ref":"A","name":"x\\ud800","holdings":1}', 'name:invalid-encoding'],
  ['{"external_ref":"A","name":"x\\u202e","holdings":1}', 'name:bidi-override'],
  ['{"external_ref":"A","name":"N","email":"x","holdings":1}', 'email:invalid-email'],
  ['{"external_ref":"A","name":"N","holdings":1,"name":"N"}', 'row:duplicate-key'],
  ['{"external_ref":"A","name":"N","holdings":1,"n\\u0061me":"N"}', 'row:duplicate-key'],
  ['{"external_ref":"A","name":"N","holdings":1,"note":{"a":1,"a":1}}', 'row:duplicate-key'],
  ['{"external_ref":"A","name":"N:,{\\"}","holdings":1}', 'accepted'],
  ['{"external_ref":"A","name":"N","holdings":1,}', 'row:invalid-json'],
  ['{"external_ref":"A","name":"N","holdings":NaN}', 'row:invalid-json'],
  ["{'external_ref':1}", 'row:invalid-json'],
  ['{"external_ref":"A\u0001","name":"N","holdings":1}', 'row:invalid-json'],
  ['{"external_ref":"A\0","name":"N","holdings":1}', 'row:nul'],
  ['17', 'row:wrong-type'],
  ['null', 'row:wrong-type'],
  ['"text"', 'row:wrong-type'],
  ['[]', 'row:wrong-type'],
  [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'row:too-deep'],
  [`{"external_ref":"A","name":"N","holdings":1,"note":${'['.repeat(63)}${']'.repeat(63)}}`, 'accepted'],
  [`{"external_ref":"A","name":"N","holdings":1,"note":${'['.repeat(64)}${']'.repeat(64)}}`, 'row:too-deep'],
];

describe.each(['json', 'ndjson'] as const)('%s', (format) => {
  test.each(ROWS)('row %#', async (row, code) => {
    const text = format === 'json' ? `[${row}\n,${GOOD}]` : `${row}\n${GOOD}`;
    const { rows } = await readUpload(text, format);
    const outcome = rows.map(({ line, error }) => [
      line,
      error === undefined ? 'accepted' : `${error.column ?? 'row'}:${error.code}`,
    ]);
    expect(outcome).toEqual([
      [1, code],
      [2, 'accepted'],
    ]);
  });

  test.each([['\n'], ['\r\n'], ['\r']])('lines are physical, ended by %j', async (lf) => {
    const text =
      format === 'json'
        ? ['', '[', GOOD, ' ,', '', `{`, `"name":1}, ${GOOD}`, ']', '']
        : ['', GOOD, ' ', '{"name":1}', GOOD];
    const { rows } = await readUpload(text.join(lf), format);
    expect(rows.map(({ line, error }) => [line, error?.code])).toEqual(
      format === 'json'
        ? [
            [3, undefined],
            [6, 'required'],
            [7, undefined],
          ]
        : [
            [2, undefined],
            [4, 'required'],
            [5, undefined],
          ],
    );
  });

  test.each([
    ['{"external_ref":"A","name":"\\"holdings\\":7","holdings" : 0.10}', '0.1'],
    ['{"external_ref":"A","name":"holdings","h\\u006fldings":0.20}', '0.2'],
    ['{"note":{"holdings":7},"external_ref":"A","name":"N","holdings":0.30}', '0.3'],
  ])('the number in %s is that of the row', async (row, read) => {
    const { rows } = await readUpload(format === 'json' ? `[${row}]` : row, format);
    expect(rows.map(({ values, error }) => error ?? values.holdings)).toEqual([read]);
  });

  test('digits are kept, unknown fields are named once', async () => {
    const row = '{"external_ref":"A","name":"N","holdings":12345678901234567890.10000000,"tenant_id":1}';
    const { rows, unknown } = await readUpload(
      format === 'json' ? `[${row},${row}]` : `\ufeff${row}\n${row}`,
      format,
    );
    expect(rows[0]?.values.holdings).toBe('12345678901234567890.1');
    expect(unknown).toEqual(['tenant_id']);
  });

  test('any chunk boundary gives the same rows', async () => {
    const piece = fc.constantFrom(
      GOOD,
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      '\n',
      '\r',
      '\r\n',
      ' ',
      '1',
      'é',
      '🚀',
      '\0',
    );
    const outcome = (text: string, lengths: number[]) =>
      readUpload(text, format, lengths).catch((error: unknown) => String(error));
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 30 }).map((pieces) => `[\r\n${GOOD},${pieces.join('')}`),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        async (text, lengths) => {
          expect(await outcome(text, lengths)).toEqual(await outcome(text, []));
        },
      ),
      { numRuns: 500 },
    );
  });
});

test.each<[string, string, number | undefined]>([
  ['', 'empty-file', undefined],
  [' \n', 'not-an-array', 2],
  ['{"data":[]}', 'not-an-array', 1],
  ['"text"', 'not-an-array', 1],
  [`[${GOOD},`, 'truncated-json', 1],
  [`[${GOOD},\n{"name":`, 'truncated-json', 2],
  [`[${GOOD}`, 'truncated-json', 1],
  [`[${GOOD},\n]`, 'invalid-json', 2],
  [`[${GOOD}${GOOD}]`, 'invalid-json', 1],
  [`[,${GOOD}]`, 'invalid-json', 1],
  [`[${GOOD}]\n[]`, 'invalid-json', 2],
  ['[]', 'readable', undefined],
  [' [ \n ] \n', 'readable', undefined],
])('the array %j is %s', async (text, code, line) => {
  expect(await refusalOf(text, 'json')).toEqual([code, line]);
});
