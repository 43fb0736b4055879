import { readRows } from '#uploads/formats/read-rows.ts';
import {
  type Encoding,
  UnreadableFile,
  type UploadFormat,
  type UploadRow,
} from '#uploads/formats/upload-row.ts';

/** Returns the bytes in chunks of `lengths`, which are used in rotation. */
export async function* inPieces(bytes: Buffer, lengths: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (let piece = 0; from < bytes.length; piece += 1) {
    const length = lengths[piece % lengths.length] ?? bytes.length;
    yield bytes.subarray(from, from + length);
    from += length;
  }
}

/** Reads a whole upload in chunks of `lengths` bytes, which are used in rotation; by default all at once. */
export async function readUpload(
  content: string | Buffer,
  format: UploadFormat,
  lengths: readonly number[] = [],
  encoding?: Encoding,
): Promise<{ rows: UploadRow[]; unknown: string[] }> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const rows: UploadRow[] = [];
  const unknown: string[] = [];
  const options = { encoding, onUnknownColumn: (name: string) => unknown.push(name) };
  for await (const batch of readRows(inPieces(bytes, lengths), format, options)) rows.push(...batch);
  return { rows, unknown };
}

/** The code and line with which an upload is refused as a whole. */
export async function refusalOf(
  content: string | Buffer,
  format: UploadFormat,
): Promise<[string, number | undefined]> {
  try {
    await readUpload(content, format);
  } catch (error) {
    if (error instanceof UnreadableFile) return [error.code, error.line];
    throw error;
  }
  return ['readable', undefined];
}
