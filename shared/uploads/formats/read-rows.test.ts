import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inPieces } from '#tests/support/read-upload.ts';
import { type ReadingOptions, readRows } from './read-rows.ts';
import { Utf8Decoder } from './utf8-decoder.ts';

const FILE = Buffer.from('external_ref,name,holdings\nA,N,1\nB,N,x\nC,N,3\n');

async function read(options: ReadingOptions): Promise<number> {
  let rows = 0;
  for await (const batch of readRows(inPieces(FILE, [10]), 'csv', options)) rows += batch.length;
  return rows;
}

test('a file of exactly the limits is read, one byte or row more is refused', async () => {
  expect(await read({ maxBytes: FILE.length, maxRows: 3 })).toBe(3);
  await expect(read({ maxBytes: FILE.length - 1 })).rejects.toMatchObject({ code: 'too-large' });
  await expect(read({ maxRows: 2 })).rejects.toMatchObject({ code: 'too-many-rows' });
});

test('progress counts bytes and rows, up to all of them', async () => {
  const seen: { bytes: number; rows: number }[] = [];
  await read({ onProgress: (done) => seen.push(done) });
  expect(seen).toEqual(seen.toSorted((a, b) => a.bytes - b.bytes || a.rows - b.rows));
  expect(seen.at(-1)).toEqual({ bytes: FILE.length, rows: 3 });
});

test('decoding loses no byte, wherever chunks end', () => {
  const byte = fc.oneof(
    fc.constantFrom(0x41, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x9a, 0x80, 0xed, 0xa0),
    fc.nat(255),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 300 }), fc.integer({ min: 1, max: 300 }), (written, length) => {
      const bytes = Buffer.from(written);
      const decoder = new Utf8Decoder();
      let text = '';
      for (let from = 0; from < bytes.length; from += length)
        text += decoder.write(bytes.subarray(from, from + length));
      text += decoder.end();
      const encoded = [...text].map((character) => {
        const code = character.codePointAt(0) ?? 0;
        return code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(character);
      });
      expect(Buffer.concat(encoded)).toEqual(bytes);
    }),
    { numRuns: 2_000 },
  );
});
