import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUpload, refusalOf } from '#tests/support/read-upload.ts';
import type { Encoding } from './upload-row.ts';

const HEADER = 'external_ref,name,email,holdings';

async function codeOf(row: string | Buffer): Promise<string> {
  const { rows } = await readUpload(Buffer.concat([Buffer.from(`${HEADER}\n`), Buffer.from(row)]), 'csv');
  expect(rows).toHaveLength(1);
  return rows[0]?.error === undefined ? 'accepted' : `${rows[0].error.column ?? 'row'}:${rows[0].error.code}`;
}

describe('cells', () => {
  test.each([
    ['12', '12'],
    ['0', '0'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['007.50', '7.5'],
    [' 5 ', '5'],
    ['0.00000001', '0.00000001'],
    ['99999999999999999999.99999999', '99999999999999999999.99999999'],
    ['100', '100'],
    ['1.0', '1'],
  ])('holdings %j is read as %j', async (written, read) => {
    const { rows } = await readUpload(`${HEADER}\nA,N,,${written}\n`, 'csv');
    expect(rows[0]).toMatchObject({ values: { holdings: read }, error: undefined });
  });

  test.each([
    ['NaN', 'invalid-number'],
    ['Infinity', 'invalid-number'],
    ['1e309', 'invalid-number'],
    ['1e3', 'invalid-number'],
    ['0x10', 'invalid-number'],
    ['1_000', 'invalid-number'],
    ['"1,000.5"', 'invalid-number'],
    ['٣', 'invalid-number'],
    ['', 'required'],
    ['   ', 'required'],
    ['$5', 'invalid-number'],
    ['+5', 'invalid-number'],
    ['.5', 'invalid-number'],
    ['5.', 'invalid-number'],
    ['1 000', 'invalid-number'],
    ['５', 'invalid-number'],
    ['--1', 'invalid-number'],
    ['"1\n"', 'accepted'],
    ['-1', 'negative'],
    ['-0.5', 'negative'],
    ['1.123456789', 'too-many-decimals'],
    ['123456789012345678901', 'too-long'],
  ])('holdings %j is %s', async (written, code) => {
    expect(await codeOf(`A,N,,${written}\n`)).toBe(code === 'accepted' ? code : `holdings:${code}`);
  });

  test.each([
    [',N,,1', 'external_ref:required'],
    ['A, ,,1', 'name:required'],
    [`${'x'.repeat(100)},N,,1`, 'accepted'],
    [`${'x'.repeat(101)},N,,1`, 'external_ref:too-long'],
    [`A,${'🚀'.repeat(200)},,1`, 'accepted'],
    [`A,${'n'.repeat(201)},,1`, 'name:too-long'],
    [`A,${'n'.repeat(2_000_000)},,1`, 'name:too-long'],
    ['A,N,nobody,1', 'email:invalid-email'],
    ['A,N,a@b,1', 'email:invalid-email'],
    [`A,N,${'a'.repeat(250)}@example.com,1`, 'email:too-long'],
    ["A,N,o'brien+x@example.com,1", 'accepted'],
    ['A,"two\nlines\tand, a ""tab""",,1', 'accepted'],
    ['A,bell\u0007,,1', 'name:control-character'],
    ['A,next\u0085line,,1', 'name:control-character'],
    ['"A\nB",N,,1', 'external_ref:control-character'],
    ['A,over\u202eride,,1', 'name:bidi-override'],
    ['A,iso\u2066late,,1', 'name:bidi-override'],
    ['A,nul\0,,1', 'name:nul'],
    ['A,lost\ufffd,,1', 'name:invalid-encoding'],
    ['A,N,,1,2', 'row:cell-count'],
    ['A,N', 'row:cell-count'],
    [',,,1', 'external_ref:required'],
    ['""', 'row:cell-count'],
    ['A,"N"x,,1', 'row:text-after-quote'],
    ['A,a "quote" inside,,1', 'accepted'],
    ['A, "Smith, J" ,,1', 'accepted'],
    ['A,Null,,1', 'accepted'],
    ["A,'); drop table shareholders; --,,1", 'accepted'],
    ['A,=1+1,,1', 'accepted'],
  ])('row %#', async (row, code) => {
    expect(await codeOf(row)).toBe(code);
  });

  test("bytes that are not UTF-8 are the row's error, with the rows around it intact", async () => {
    const latin1 = Buffer.concat([
      Buffer.from(`${HEADER}\nA,é 山,,1\nB,Jos`),
      Buffer.from([0xe9]),
      Buffer.from(',,2\nC,🚀,,3\n'),
    ]);
    const { rows } = await readUpload(latin1, 'csv');
    expect(rows.map((row) => [row.line, row.error?.code, row.values.name])).toEqual([
      [2, undefined, 'é 山'],
      [3, 'invalid-encoding', 'Jos\ufffd'],
      [4, undefined, '🚀'],
    ]);
  });

  test("NUL in an ignored column is the row's error too", async () => {
    const { rows } = await readUpload('external_ref,name,holdings,note\nA,N,1,\0\nB,N,1,x\n', 'csv');
    expect(rows.map((row) => row.error?.code)).toEqual(['nul', undefined]);
  });

  test('references are trimmed and in NFC, names are verbatim', async () => {
    const { rows } = await readUpload(`${HEADER}\n E\u0301-1 , Ame\u0301lie ,,1\n`, 'csv');
    expect(rows[0]?.values).toEqual({
      external_ref: '\u00c9-1',
      name: 'Ame\u0301lie',
      email: null,
      holdings: '1',
    });
  });

  test('surplus cells are kept for the errors file', async () => {
    const { rows } = await readUpload(`${HEADER}\nA,Smith, John,a@example.com,5\n`, 'csv');
    expect(rows[0]?.values).toMatchObject({
      security_class: null,
      effective_date: null,
      country: null,
      external_ref: 'A',
      name: 'Smith',
      email: 'John',
      holdings: 'a@example.com,5',
    });
  });
});

describe('lines', () => {
  test.each([['\n'], ['\r\n'], ['\r']])('are physical, with %j also inside quotes', async (lf) => {
    const text = [HEADER, 'A,"one', 'two', 'three",,1', '', '  ', 'B,N,,x', 'C,"a', 'b",,1', 'D,N,,1'].join(
      lf,
    );
    const { rows } = await readUpload(text, 'csv');
    expect(rows.map((row) => [row.values.external_ref, row.line])).toEqual([
      ['A', 2],
      ['B', 7],
      ['C', 8],
      ['D', 10],
    ]);
  });

  test('may end in different ways in one file, the last in none', async () => {
    const { rows } = await readUpload(`${HEADER}\r\nA,N,,1\nB,N,,1\r\rC,"x\r\ny",,1\r\nD,N,,1`, 'csv');
    expect(rows.map((row) => row.line)).toEqual([2, 3, 5, 7]);
  });
});

describe('header', () => {
  test('is free in order and case, may begin with a byte order mark; unknown columns are named', async () => {
    const { rows, unknown } = await readUpload(
      '\ufeffHoldings,tenant_id, NAME ,__proto__,external_ref\n1,t,N,x,A\n',
      'csv',
    );
    expect(rows[0]?.values).toEqual({ external_ref: 'A', name: 'N', email: undefined, holdings: '1' });
    expect(unknown).toEqual(['tenant_id', '__proto__']);
  });

  test('takes a column for what its words say, however they are put together', async () => {
    const { rows, unknown } = await readUpload(
      'External Ref,NAME,Holdings,Security-Class,effective  date\nA,N,1,PREF,2026-01-01\n',
      'csv',
    );
    expect(rows[0]?.values).toMatchObject({
      external_ref: 'A',
      security_class: 'PREF',
      effective_date: '2026-01-01',
    });
    expect(unknown).toEqual([]);
  });

  test.each([
    ['class', 'security_class'],
    ['Share Class', 'security_class'],
    ['as_of', 'effective_date'],
    ['Position Date', 'effective_date'],
  ])(
    'that calls a column %j is refused: without it the rows would mean something else',
    async (name, meant) => {
      for (const read of [
        readUpload(`external_ref,name,holdings,${name}\nA,N,1,x\n`, 'csv'),
        readUpload(JSON.stringify([{ external_ref: 'A', name: 'N', holdings: 1, [name]: 'x' }]), 'json'),
      ])
        await expect(read).rejects.toMatchObject({
          code: 'misnamed-column',
          message: expect.stringContaining(`Call it ${meant}`),
        });
    },
  );

  test('alone is a file of no rows', async () => {
    expect((await readUpload(HEADER, 'csv')).rows).toEqual([]);
  });

  test('of an errors file restores cells and says nothing of its own columns', async () => {
    const text =
      "external_ref,name,email,holdings,vestry_error_line,vestry_error_code\nA,'=1+1,,1,7,negative\nB,''=x,,'-5,8,x\n";
    const { rows, unknown } = await readUpload(text, 'csv');
    expect(rows.map((row) => row.values.name)).toEqual(['=1+1', "'=x"]);
    expect(rows[1]?.error?.code).toBe('negative');
    expect(unknown).toEqual([]);
  });
});

describe('dialects', () => {
  const ROWS = [
    [2, 'A', 'Ann; B', '600000', undefined],
    [4, 'B', 'José, 山', '1.5', undefined],
  ];
  const utf16 = (text: string, swap: boolean) => {
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    return swap ? bytes.swap16() : bytes;
  };
  const commas =
    'external_ref,name,holdings\nA,Ann; B,600000.0000000000\n,,\nB,"José, 山",1.50\n,,,\n" ",,\n';
  const semicolons = 'external_ref;name;holdings\nA;"Ann; B";600000\n;;\nB;José, 山;1.5\n';
  const tabs = semicolons.replaceAll('"Ann; B"', 'Ann+B').replaceAll(';', '\t').replace('Ann+B', 'Ann; B');
  test.each<[string, string | Buffer, number?]>([
    ['rows of separators alone', commas],
    ['semicolons', semicolons],
    ['quoted semicolons', semicolons.replace('external_ref;name', '"external_ref";"name"')],
    ['tabs', tabs],
    ['sep=,', `sep=,\r\n${commas}`, 1],
    ['sep=;', `SEP=;\n${semicolons}`, 1],
    ['sep= and a quote', `"sep=;"\n${semicolons}`, 1],
    ['UTF-16, little end first', utf16(commas, false)],
    ['UTF-16, big end first', utf16(tabs, true)],
    ['a BOM and sep=', `\ufeffsep=;\n${semicolons}`, 1],
  ])('%s', async (_, content, more = 0) => {
    for (const lengths of [[], [1], [3, 5]]) {
      const { rows, unknown } = await readUpload(content, 'csv', lengths);
      const read = rows.map(({ line, values, error }) => [
        ...[line, values.external_ref, values.name, values.holdings, error?.code],
      ]);
      expect(read).toEqual(ROWS.map(([line, ...rest]) => [Number(line) + more, ...rest]));
      expect(unknown).toEqual([]);
    }
  });

  test.each(['1,5', '1.234,56', '1 234', '1\u00a0234', '1,234'])(
    'never guess the number %j',
    async (number) => {
      const { rows } = await readUpload(`external_ref;name;holdings\nA;Ann;${number}\n`, 'csv');
      expect(rows.map(({ error }) => error?.code)).toEqual(['invalid-number']);
    },
  );

  test.each<[Encoding, number[], string]>([
    ['windows-1252', [0x4a, 0xf3, 0x80], 'Jó€'],
    ['windows-1250', [0xb3, 0x9c], 'łś'],
    ['iso-8859-15', [0xa4, 0xe9], '€é'],
    ['shift_jis', [0x8e, 0x52], '山'],
    ['utf-8', [0xc3, 0xa9], 'é'],
  ])('%s is read where it is named', async (encoding, bytes, name) => {
    const content = Buffer.concat([
      Buffer.from('external_ref,name,holdings\nA,'),
      Buffer.from(bytes),
      Buffer.from(',1\n'),
    ]);
    for (const lengths of [[], [1]])
      expect((await readUpload(content, 'csv', lengths, encoding)).rows).toMatchObject([
        { values: { external_ref: 'A', name, holdings: '1' }, error: undefined },
      ]);
    if (encoding !== 'utf-8')
      expect((await readUpload(content, 'csv')).rows[0]?.error?.code).toBe('invalid-encoding');
  });
});

describe('unreadable files', () => {
  const utf16 = Buffer.from(`${HEADER}\nA,N,,1\n`, 'utf16le');
  test.each<[string, string | Buffer, [string, number?]]>([
    ['zero bytes', '', ['empty-file']],
    ['only blank lines', '\r\n \n', ['missing-header', 1]],
    ['no header', 'A,N,,1\n', ['missing-header', 1]],
    ['bars', 'external_ref|name|holdings\nA|N|1\n', ['missing-header', 1]],
    ['a column missing', '\nexternal_ref,name\nA,N\n', ['missing-header', 2]],
    ['a column twice', 'external_ref,name,holdings,Name\nA,N,1,N\n', ['duplicate-header', 1]],
    ['unclosed quote', `${HEADER}\nA,N,,1\nB,"N,,1\nC,N,,1\n`, ['unclosed-quote', 3]],
    ['a quote closed by a later row', `${HEADER}\nA,"N,,1\nB,"N, M",,1\n`, ['unclosed-quote', 2]],
    ['UTF-16 without mark', utf16, ['unsupported-encoding']],
    ['UTF-32', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x65]), ['unsupported-encoding']],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0]), ['compressed-file']],
    ['zip', Buffer.from('PK\u0003\u0004 a zip file'), ['compressed-file']],
    [
      'Latin-1 header',
      Buffer.from('external_ref,name,holdings,pr\xe9nom\nA,N,1,x\n', 'latin1'),
      ['invalid-encoding', 1],
    ],
    ['NUL in the header', 'external_ref,name,holdings,\0\nA,N,1,x\n', ['unsupported-file', 1]],
    ['a row without end', `${HEADER}\nA,${'n'.repeat(5_000_000)}`, ['row-too-long', 2]],
  ])('%s', async (_what, content, refusal) => {
    expect(await refusalOf(content, 'csv')).toEqual([refusal[0], refusal[1]]);
  });
});

test('any chunk boundary gives the same rows', async () => {
  const piece = fc.constantFrom(
    '"',
    '""',
    ',',
    '\n',
    '\r',
    '\r\n',
    ' ',
    'A',
    '1',
    'é',
    '🚀',
    '\ufeff',
    '\0',
    "'=",
    '\xff',
  );
  const bytes = fc.array(piece, { maxLength: 60 }).map((pieces) =>
    Buffer.concat([
      Buffer.from(`${HEADER}\r\n"x\r\ny",N,,1\r`),
      // One Latin-1 byte, which is no UTF-8.
      ...pieces.map((text) => (text === '\xff' ? Buffer.from([0xe2]) : Buffer.from(text))),
    ]),
  );
  const outcome = (content: Buffer, lengths: number[]) =>
    readUpload(content, 'csv', lengths).catch((error: unknown) => String(error));
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      async (content, lengths) => {
        expect(await outcome(content, lengths)).toEqual(await outcome(content, []));
      },
    ),
    { numRuns: 500 },
  );
});
