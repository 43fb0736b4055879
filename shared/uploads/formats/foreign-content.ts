import { UnreadableFile, type UnreadableFileCode } from './upload-row.ts';

/** Enough first bytes to recognise every content below. */
export const HEAD_LENGTH = 8;

const SIGNATURES: readonly { code: UnreadableFileCode; what: string; hex: readonly string[] }[] = [
  // UTF-16 with its mark is read; UTF-32 begins with the same bytes.
  { code: 'unsupported-encoding', what: 'UTF-32', hex: ['fffe0000', '0000feff'] },
  { code: 'compressed-file', what: 'a gzip file', hex: ['1f8b'] },
  // Spreadsheets are saved in this format too.
  { code: 'compressed-file', what: 'a zip file or a spreadsheet', hex: ['504b0304', '504b0506', '504b0708'] },
  { code: 'compressed-file', what: 'a zstd file', hex: ['28b52ffd'] },
  { code: 'compressed-file', what: 'a bzip2 file', hex: ['425a68'] },
  { code: 'compressed-file', what: 'an xz file', hex: ['fd377a585a00'] },
  { code: 'compressed-file', what: 'a 7-Zip file', hex: ['377abcaf271c'] },
  { code: 'unsupported-file', what: 'an Excel 97 file', hex: ['d0cf11e0'] },
  { code: 'unsupported-file', what: 'a PDF file', hex: ['255044462d'] },
  { code: 'unsupported-file', what: 'a Parquet file', hex: ['50415231'] },
];

/** Returns the encoding that the byte order mark of a file names, if it isn't that of UTF-8. */
export function markedEncoding(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined;
}

/** @throws UnreadableFile when the first bytes of a file are not those of text. */
export function refuseForeignContent(head: Buffer): void {
  const hex = head.toString('hex');
  for (const { code, what, hex: marks } of SIGNATURES) {
    if (marks.some((mark) => hex.startsWith(mark))) {
      throw new UnreadableFile(code, `The file is ${what}. Upload it as uncompressed UTF-8 text.`);
    }
  }
  if (markedEncoding(head) !== undefined) return;
  const nul = head.subarray(0, 4).indexOf(0);
  if (nul >= 0) {
    // ASCII in UTF-16 or UTF-32 without a byte order mark is recognised by its zero bytes.
    throw new UnreadableFile(
      'unsupported-encoding',
      'The file is UTF-16, UTF-32 or binary. Upload it as UTF-8 text.',
    );
  }
}
