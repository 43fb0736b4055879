import { asColumn, columnMeant, type RowContract } from '#uploads/checking/row-contract.ts';
import { shareholderContract } from '#uploads/checking/shareholder-contract.ts';
import type { ShareholderColumn } from '#uploads/checking/shareholder-upload.schema.ts';
import type { Mapping } from '#uploads/mappings/mapping.ts';
import { CsvRows } from './csv-rows.ts';
import { HEAD_LENGTH, markedEncoding, refuseForeignContent } from './foreign-content.ts';
import { JsonArrayRows, NdjsonRows } from './json-rows.ts';
import {
  type Encoding,
  MAX_UPLOAD_BYTES,
  MAX_UPLOAD_ROWS,
  type ShareholderValues,
  UnreadableFile,
  type UploadFormat,
  type UploadRow,
} from './upload-row.ts';
import { Utf8Decoder } from './utf8-decoder.ts';

const READERS = { csv: CsvRows, json: JsonArrayRows, ndjson: NdjsonRows };
/** Bounds a batch when the source gives large chunks. */
const MAX_PIECE_LENGTH = 256 * 1024;
/** Unknown columns are named once each; a file can't make us remember more. */
const MAX_UNKNOWN_COLUMNS = 100;

export interface ReadingOptions<Column extends string = ShareholderColumn, Values = ShareholderValues> {
  /** @default that of shareholders */
  readonly contract?: RowContract<Column, Values>;
  /** Is called after each batch, before the batch is handed over. */
  readonly onProgress?: (done: { readonly bytes: number; readonly rows: number }) => void;
  /** A column that the contract doesn't know, once each: it is ignored. */
  readonly onUnknownColumn?: (name: string) => void;
  /** @default UTF-8, or UTF-16 where a byte order mark says so */
  readonly encoding?: Encoding | undefined;
  /** The meaning of a CSV file’s columns. @default they are ours */
  readonly mapping?: Mapping | undefined;
  /** @default 1,000,000,000 */
  readonly maxBytes?: number;
  /** @default 5,000,000 */
  readonly maxRows?: number;
}

/**
 * Reads a file as rows, in batches of what one chunk holds, in the same memory whatever the file's size. Rejected rows are among
 * the rows with their error; duplicate references are not looked for. Rows may come before it turns out that the file is
 * unreadable: write them where they can be taken back.
 * @throws UnreadableFile
 */
export async function* readRows<Column extends string = ShareholderColumn, Values = ShareholderValues>(
  source: AsyncIterable<Uint8Array>,
  format: UploadFormat,
  options: ReadingOptions<Column, Values> = {},
): AsyncGenerator<UploadRow<Column, Values>[], void> {
  const contract = options.contract ?? (shareholderContract as unknown as RowContract<Column, Values>);
  const reader = new READERS[format](contract, namedOnce(contract, options.onUnknownColumn), {
    mapping: options.mapping,
  });
  const { maxBytes = MAX_UPLOAD_BYTES, maxRows = MAX_UPLOAD_ROWS } = options;
  let rows = 0;
  for await (const { text, bytes, last } of decoded(
    source,
    maxBytes,
    options.encoding ?? options.mapping?.encoding,
  )) {
    const batch = reader.push(text, last);
    rows += batch.length;
    if (rows > maxRows) {
      throw new UnreadableFile('too-many-rows', `The file has more than ${maxRows} rows.`);
    }
    options.onProgress?.({ bytes, rows });
    if (batch.length > 0) yield batch;
  }
}

interface Piece {
  readonly text: string;
  /** Read so far, with this piece. */
  readonly bytes: number;
  readonly last: boolean;
}

interface Decoder {
  write(chunk: Buffer): string;
  end(): string;
}

/** Decodes what isn't UTF-8; what a character can't be made of becomes U+FFFD, which no cell may hold. */
class OtherDecoder implements Decoder {
  readonly #decoder: TextDecoder;

  constructor(encoding: string) {
    this.#decoder = new TextDecoder(encoding);
  }

  write(chunk: Buffer): string {
    return this.#decoder.decode(chunk, { stream: true });
  }

  end(): string {
    return this.#decoder.decode();
  }
}

/** @throws UnreadableFile */
function decoderOf(head: Buffer, encoding: Encoding | undefined): Decoder {
  const other = encoding === undefined ? markedEncoding(head) : encoding;
  if (encoding === undefined || encoding === 'utf-8') refuseForeignContent(head);
  return other === undefined || other === 'utf-8' ? new Utf8Decoder() : new OtherDecoder(other);
}

async function* decoded(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  encoding: Encoding | undefined,
): AsyncGenerator<Piece, void> {
  let decoder: Decoder = new Utf8Decoder();
  let head: Buffer | undefined = Buffer.alloc(0);
  let bytes = 0;
  let atStart = true;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new UnreadableFile('too-large', `The file has more than ${maxBytes} bytes.`);
    }
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (head !== undefined) {
      head = Buffer.concat([head, rest]);
      if (head.length < HEAD_LENGTH) continue;
      decoder = decoderOf(head, encoding);
      rest = head;
      head = undefined;
    }
    for (let from = 0; from < rest.length; from += MAX_PIECE_LENGTH) {
      const text = decoder.write(rest.subarray(from, from + MAX_PIECE_LENGTH));
      yield { text: atStart ? withoutMark(text) : text, bytes, last: false };
      atStart = false;
    }
  }
  if (bytes === 0) throw new UnreadableFile('empty-file', 'The file is empty.');
  if (head !== undefined) decoder = decoderOf(head, encoding);
  const text = (head === undefined ? '' : decoder.write(head)) + decoder.end();
  yield { text: atStart ? withoutMark(text) : text, bytes, last: true };
}

/** The byte order mark is in the first piece as a whole, since the head is longer. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function namedOnce<Column extends string>(
  {
    otherList,
    columns,
    otherNames,
  }: Pick<RowContract<Column, unknown>, 'columns' | 'otherList' | 'otherNames'>,
  report: ReadingOptions['onUnknownColumn'],
): (name: string) => void {
  const seen = new Set<string>();
  return (name) => {
    if (seen.has(name)) return;
    if (name === otherList?.column)
      throw new UnreadableFile('other-list', `The file is ${otherList.is}: it can’t be loaded.`);
    const shown = name.slice(0, 100);
    const meant = columnMeant(columns, name) ?? otherNames?.get(asColumn(shown));
    if (meant !== undefined)
      throw new UnreadableFile(
        'misnamed-column',
        `The column ${JSON.stringify(shown)} would be passed over. Call it ${meant}, load the file by a mapping that says so, or take the column out.`,
      );
    if (seen.size >= MAX_UNKNOWN_COLUMNS) return;
    seen.add(name);
    report?.(Buffer.from(shown).toString());
  };
}
