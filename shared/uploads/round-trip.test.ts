import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvLine, neutralise, restoreCell } from '#platform/storage/csv.ts';
import { readUpload } from '#tests/support/read-upload.ts';
import { sampleRegister } from '#tests/support/sample-register.ts';
import { copyText, partitionOf } from '#uploads/copy-encoding.ts';
import { errorsFileHeader, errorsFileLine } from '#uploads/errors-file.ts';
import { shareholderUploadSchema } from '#uploads/shareholder-upload.schema.ts';
import type { RejectedRow, UploadRow } from '#uploads/upload-row.ts';

function accepted(
  values: { external_ref: string; name: string; email: string | null; holdings: string },
  line = 1,
): UploadRow {
  return { line, values, error: undefined };
}

test.each<[unknown, boolean]>([
  [{ external_ref: 'A', name: 'N', holdings: 1.5 }, true],
  [{ external_ref: 'A', name: 'N', holdings: '1.5', email: 'a@example.com' }, true],
  [{ external_ref: 'A', name: 'N', holdings: -1 }, false],
  [{ external_ref: 'A', name: 'N', holdings: 'NaN' }, false],
  [{ external_ref: 'A', holdings: 1 }, false],
])('the published contract of %j answers %s', (row, valid) => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { email: /@/ } });
  expect(ajv.validate(shareholderUploadSchema, row)).toBe(valid);
});

describe('cells of files we write', () => {
  test.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx', "'=x", "''-x"])(
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
        errorsFileHeader + names.map((each) => csvLine(['A', each, null, '1', 2, null, 'c', 'm'])).join('');
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
  const errorsFile = errorsFileHeader + rejected.map(errorsFileLine).join('');
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

describe('COPY text', () => {
  test('escapes what the format gives a meaning, and only that', () => {
    const row = accepted({ external_ref: 'A\\N', name: 'a\tb\nc\r\\d', email: null, holdings: '1.5' }, 7);
    expect(copyText([row])).toEqual(['7\tA\\\\N\ta\\tb\\nc\\r\\\\d\t\\N\t1.5\n']);
  });

  test('leaves rejected rows out and keeps a reference in its partition', () => {
    const rows = Array.from({ length: 1_000 }, (_, index) =>
      accepted({ external_ref: `SH-${index}`, name: 'N', email: 'a@example.com', holdings: '1' }, index),
    );
    const error = { column: null, code: 'cell-count', message: '' } as const;
    rows.push({ line: 1, values: { external_ref: 'X', name: null, email: null, holdings: null }, error });
    const texts = copyText(rows, 4).map((text) => text.split('\n').slice(0, -1));
    expect(texts.flat()).toHaveLength(1_000);
    texts.forEach((lines, partition) => {
      expect(lines.length).toBeGreaterThan(150);
      for (const line of lines) expect(partitionOf(line.split('\t')[1] ?? '', 4)).toBe(partition);
    });
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
  return error === undefined ? { line, values } : { line, code: error.code };
}
