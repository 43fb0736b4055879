import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleRegister } from '#local/sample/sample-register.ts';
import { csvLine, neutralise, restoreCell } from '#platform/storage/csv.ts';
import { readUpload } from '#tests/support/read-upload.ts';
import { errorsFileHeader, errorsFileLine } from '#uploads/checking/errors-file.ts';
import { SHAREHOLDER_COLUMNS } from '#uploads/checking/shareholder-upload.schema.ts';
import { StagingLines } from '#uploads/loading/copy-encoding.ts';
import type { RejectedRow, ShareholderValues, UploadRow } from './upload-row.ts';

const NOTHING = {
  ...{
    external_ref: null,
    name: null,
    email: null,
    holdings: null,
    security_class: null,
    effective_date: null,
  },
};

function accepted(values: ShareholderValues, line = 1): UploadRow {
  return { line, values, error: undefined };
}

describe('cells of files we write', () => {
  test.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx', '\nx', '＝1', '＋1', '－1', '＠x', "'=x", "''-x"])(
    '%j is neutralised and restored',
    (cell) => {
      expect(neutralise(cell)).toBe(`'${cell}`);
      expect(restoreCell(neutralise(cell))).toBe(cell);
    },
  );

  test('are restored exactly, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("'", '=', '-', 'a', '\t') }),
        (cell) => restoreCell(neutralise(cell)) === cell,
      ),
    );
  });

  test('are quoted where needed; numbers stay numbers', () => {
    expect(csvLine(['a', 'b,"c"\n', null, -1, { decimal: '-2.5' }, ' x', '-3'])).toBe(
      'a,"b,""c""\n",,-1,-2.5," x",\'-3\r\n',
    );
  });
});

test('write → read is the identity', async () => {
  const name = fc
    .string({
      unit: fc.constantFrom('a', 'é', '山', '🚀', ',', '"', '\n', '\r\n', "'", '=', '-', ' '),
      minLength: 1,
      maxLength: 30,
    })
    .map((text) => text.trim())
    .filter((text) => text !== '');
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 10 }), async (names) => {
      const text =
        errorsFileHeader(SHAREHOLDER_COLUMNS) +
        names.map((each) => csvLine(['A', each, null, '1', 2, null, 'c', 'm'])).join('');
      expect((await readUpload(text, 'csv')).rows.map(({ values }) => values.name)).toEqual(names);
    }),
  );
});

test('an errors file uploaded again, uncorrected, gives the same errors but for what a text file cannot hold', async () => {
  const bytes = Buffer.concat(
    [...sampleRegister({ rows: 3_000, seed: 5, format: 'csv' })].map((chunk) => chunk.bytes),
  );
  const rejected = (await readUpload(bytes, 'csv')).rows.filter(
    (row): row is RejectedRow => row.error !== undefined,
  );
  const errorsFile =
    errorsFileHeader(SHAREHOLDER_COLUMNS) +
    rejected.map((row) => errorsFileLine(SHAREHOLDER_COLUMNS, row)).join('');
  const again = (await readUpload(errorsFile, 'csv')).rows;
  expect(again.map(({ values }) => values.external_ref ?? '')).toEqual(
    rejected.map(({ values }) => values.external_ref ?? ''),
  );
  const cellFaults = rejected
    .map((row, index) => [row, again[index]] as const)
    .filter(([row]) => row.error.column !== null);
  expect(cellFaults.map(([, read]) => read?.error?.code)).toEqual(
    cellFaults.map(([row]) => (row.error.code === 'nul' ? 'invalid-encoding' : row.error.code)),
  );
});

describe('staging lines', () => {
  const of = (...rows: UploadRow[]) =>
    new StagingLines().of(rows).map((line) => line.replace(/\n$/, '').split('\t'));

  test('escapes what COPY gives a meaning, and only that', () => {
    const row = accepted({ external_ref: 'A\\N', name: 'a\tb\nc\r\\d', email: null, holdings: '1.5' }, 7);
    expect(of(row)).toEqual([
      [
        '1',
        '7',
        'A\\\\N',
        'a\\tb\\nc\\r\\\\d',
        '\\N',
        '1.5',
        't',
        'f',
        '\\N',
        '\\N',
        '\\N',
        '\\N',
        '\\N',
        '\\N',
        '\\N',
      ],
    ]);
    const details = { phone: 'a\tb' };
    const more = accepted(
      { external_ref: 'A', name: 'N', email: null, holdings: '1', details, cells: details },
      7,
    );
    expect(of(more)[0]?.slice(-2)).toEqual(['{"phone":"a\\\\tb"}', '{"phone":"a\\\\tb"}']);
  });

  test('numbers rows, keeps bad ones with their error, and says whether the file speaks of emails', () => {
    const error = { column: null, code: 'cell-count', message: 'm' } as const;
    const rows = of(accepted({ external_ref: 'A', name: 'N', email: undefined, holdings: '1' }), {
      line: 2,
      values: { ...NOTHING, external_ref: 'X', holdings: 'x' },
      error,
    });
    expect(rows).toEqual([
      ['1', '1', 'A', 'N', '\\N', '1', 'f', 'f', '\\N', '\\N', '\\N', '\\N', '\\N', '\\N', '\\N'],
      ['2', '2', 'X', '\\N', '\\N', 'x', 't', 'f', '\\N', 'cell-count', 'm', '\\N', '\\N', '\\N', '\\N'],
    ]);
  });

  test('every later row of a reference is out of order, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('A', 'AB', 'a', 'é', '🚀', 'Z', '\ufb01')), (refs) => {
        const lines = new StagingLines();
        const marks = lines
          .of(refs.map((external_ref) => accepted({ external_ref, name: 'N', email: null, holdings: '1' })))
          .map((line) => line.split('\t'));
        refs.forEach((ref, index) => {
          if (refs.indexOf(ref) < index) expect(marks[index]?.[7]).toBe('t');
        });
        expect(lines.outOfOrder).toBe(marks.filter((mark) => mark[7] === 't').length);
      }),
    );
  });
});

describe.each(['csv', 'json', 'ndjson'] as const)('sample register as %s', (format) => {
  test.each([[undefined], [[997]]])('is read as its generator says, in chunks of %j', async (lengths) => {
    const chunks = [...sampleRegister({ rows: 10_000, seed: 11, format })];
    const expected = chunks.flatMap((chunk) => chunk.rows);
    const { rows } = await readUpload(Buffer.concat(chunks.map((chunk) => chunk.bytes)), format, lengths);
    expect(rows.map(outcome)).toEqual(
      expected.map(({ line, code, values }) => (values === undefined ? { line, code } : { line, values })),
    );
    expect(new Set(expected.map(({ code }) => code)).size).toBeGreaterThan(10);
  });

  test('is clean when asked, and the same for the same seed', () => {
    const make = (seed: number) => [...sampleRegister({ rows: 2_000, seed, format, clean: true })];
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
    expect(
      make(1)
        .flatMap((chunk) => chunk.rows)
        .every(({ code }) => code === undefined),
    ).toBe(true);
  });
});

function outcome({ line, values, error }: UploadRow): object {
  // A row without a cell for the email leaves it unset, as the holder has none.
  return error === undefined
    ? { line, values: { ...values, email: values.email ?? null } }
    : { line, code: error.code };
}
