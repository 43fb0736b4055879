import type { RowContract } from '#uploads/checking/row-contract.ts';
import { countBreaks, MAX_ROW_LENGTH } from './csv-scanner.ts';
import { JsonRowReader } from './json-row.ts';
import { isJsonSpace, JsonScanner } from './json-scanner.ts';
import { UnreadableFile, type UploadRow } from './upload-row.ts';

const LF = 10;
const CR = 13;
const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;

/** Rows of newline-delimited JSON: an object a line, blank lines skipped. */
export class NdjsonRows<Column extends string, Values> {
  readonly #scanner = new JsonScanner();
  readonly #reader: JsonRowReader<Column, Values>;
  #rest = '';
  #line = 1;

  constructor(contract: RowContract<Column, Values>, onUnknownColumn: (name: string) => void) {
    this.#reader = new JsonRowReader(contract, onUnknownColumn);
  }

  /** @throws UnreadableFile */
  push(chunk: string, last: boolean): UploadRow<Column, Values>[] {
    const text = this.#rest + chunk;
    const rows: UploadRow<Column, Values>[] = [];
    let from = 0;
    while (from < text.length) {
      const end = endOfLine(text, from);
      // A CR at the end of a chunk may be half of a CRLF.
      const complete =
        last || (end < text.length && !(text.charCodeAt(end) === CR && end + 1 === text.length));
      if ((complete ? end : text.length) - from > MAX_ROW_LENGTH) throw tooLong(this.#line);
      if (!complete) break;
      const line = text.slice(from, end);
      if (line.trim() !== '') rows.push(this.#row(line));
      from = end + (text.charCodeAt(end) === CR && text.charCodeAt(end + 1) === LF ? 2 : 1);
      this.#line += 1;
    }
    this.#rest = text.slice(from);
    return rows;
  }

  #row(text: string): UploadRow<Column, Values> {
    const from = text.length - text.trimStart().length;
    this.#scanner.endOfValue(text, from, text.length);
    return this.#reader.read(this.#line, text, this.#scanner);
  }
}

function endOfLine(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF || code === CR) break;
  }
  return at;
}

/** Rows of one JSON array of objects, element by element. A fault between elements makes the file unreadable. */
export class JsonArrayRows<Column extends string, Values> {
  readonly #scanner = new JsonScanner();
  readonly #reader: JsonRowReader<Column, Values>;
  #text = '';
  #at = 0;
  /** The line of the text before #at. */
  #line = 1;
  #state: 'start' | 'first' | 'element' | 'after' | 'end' = 'start';

  constructor(contract: RowContract<Column, Values>, onUnknownColumn: (name: string) => void) {
    this.#reader = new JsonRowReader(contract, onUnknownColumn);
  }

  /** @throws UnreadableFile */
  push(chunk: string, last: boolean): UploadRow<Column, Values>[] {
    this.#text = this.#text.slice(this.#at) + chunk;
    this.#at = 0;
    const rows: UploadRow<Column, Values>[] = [];
    while (this.#skipSpace(last)) {
      if (this.#isElement()) {
        const row = this.#element(last);
        if (row === undefined) break;
        rows.push(row);
      } else this.#punctuation();
    }
    if (last && this.#state !== 'end') throw this.#truncated();
    return rows;
  }

  /** Moves to the next character that isn't space; false when there is none yet. */
  #skipSpace(last: boolean): boolean {
    const text = this.#text;
    let at = this.#at;
    while (at < text.length && isJsonSpace(text.charCodeAt(at))) at += 1;
    // A CR at the end of a chunk may be half of a CRLF, so it stays.
    if (at === text.length && !last && text.charCodeAt(at - 1) === CR && at > this.#at) at -= 1;
    this.#moveTo(at);
    return at < text.length && text.charCodeAt(at) !== CR;
  }

  #moveTo(at: number): void {
    this.#line += countBreaks(this.#text, this.#at, at);
    this.#at = at;
  }

  #isElement(): boolean {
    const code = this.#text.charCodeAt(this.#at);
    return this.#state === 'element' || (this.#state === 'first' && code !== CLOSE);
  }

  #element(last: boolean): UploadRow<Column, Values> | undefined {
    const text = this.#text;
    const from = this.#at;
    const end = this.#scanner.endOfValue(text, from, text.length);
    if ((end < 0 ? text.length : end) - from > MAX_ROW_LENGTH) throw tooLong(this.#line);
    if (end < 0) {
      if (last) throw this.#truncated();
      return undefined;
    }
    // No value: `[,`, `[1,]`.
    if (end === from) throw this.#unexpected();
    const row = this.#reader.read(this.#line, text.slice(from, end), this.#scanner);
    this.#moveTo(end);
    this.#state = 'after';
    return row;
  }

  #punctuation(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (this.#state === 'start') {
      if (code !== OPEN)
        throw new UnreadableFile('not-an-array', 'The file must be one JSON array.', this.#line);
      this.#state = 'first';
    } else if (this.#state === 'end') throw this.#unexpected();
    else if (code === CLOSE) this.#state = 'end';
    else if (code === COMMA) this.#state = 'element';
    else throw this.#unexpected();
    this.#at += 1;
  }

  #truncated(): UnreadableFile {
    return this.#state === 'start'
      ? new UnreadableFile('not-an-array', 'The file must be one JSON array.', this.#line)
      : new UnreadableFile(
          'truncated-json',
          `The JSON array is incomplete: it ends after line ${this.#line}.`,
          this.#line,
        );
  }

  #unexpected(): UnreadableFile {
    return new UnreadableFile(
      'invalid-json',
      `The JSON array has an unexpected character on line ${this.#line}.`,
      this.#line,
    );
  }
}

function tooLong(line: number): UnreadableFile {
  return new UnreadableFile('row-too-long', `The row on line ${line} is too long.`, line);
}
