import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readUpload } from '#tests/support/read-upload.ts';

const HEADER = ['external_ref', 'name', 'holdings'];

/** Cells that need every kind of quoting, and nothing that the contract of a register refuses. */
const text = fc
  .array(fc.constantFrom('a', 'é', '山', '😀', ',', '"', '\n', ' ', "'", '=', ';', '\t'), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => `x${parts.join('')}x`);
const row = fc.tuple(fc.uuid(), text, fc.nat(1_000_000).map(String));
const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

test('well-formed files are read as csv-parse reads them, line for line, in any chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(row, { minLength: 1, maxLength: 30, selector: ([ref]) => ref }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      async (rows, newline, hasMark, chunks) => {
        const file = `${hasMark ? '\ufeff' : ''}${[HEADER, ...rows].map((cells) => cells.map(quoted).join(',')).join(newline)}${newline}`;
        const records = parse(file, {
          bom: true,
          columns: true,
          info: true,
          record_delimiter: newline,
        }) as unknown as {
          record: Record<string, string>;
          info: { lines: number };
        }[];
        const { rows: read } = await readUpload(file, 'csv', chunks);
        expect(read.map(({ values }) => [values.external_ref, values.name, values.holdings])).toEqual(
          records.map(({ record }) => [record.external_ref, record.name, record.holdings]),
        );
        // csv-parse counts the line on which a record ends: the next one begins after it.
        const begins = [2, ...records.slice(0, -1).map(({ info }) => info.lines + 1)];
        expect(read.map(({ line }) => line)).toEqual(begins);
      },
    ),
    { numRuns: 200 },
  );
});
