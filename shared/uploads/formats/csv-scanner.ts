import { UnreadableFile } from './upload-row.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;

/**
 * Characters of one row. What is kept of a row that isn't complete yet is scanned again with each chunk, so an unclosed
 * quote must not gather the rest of the file.
 */
export const MAX_ROW_LENGTH = 4 * 1024 * 1024;

/**
 * Splits RFC 4180 text into rows: quotes, doubled quotes, LF, CRLF and CR as line breaks, alike inside quotes. It knows on which
 * physical line each row begins, which csv-parse doesn't (it counts a quoted CRLF twice; see docs/adr).
 *
 * More lenient than the RFC: spaces around a quoted cell are ignored, a quote inside an unquoted cell is a character.
 */
export class CsvScanner {
  /** The first `count` are the cells of the row that `next` read; the array is used again, and never shortened: that is slow. */
  readonly cells: string[] = [];
  count = 0;
  line = 1;
  /** The row's unchanged text, without its line break. */
  rowStart = 0;
  rowEnd = 0;
  /** A quoted cell goes on after its closing quote. */
  textAfterQuote = false;
  text = '';
  /** The code of the character between cells. */
  separator = COMMA;

  #at = 0;
  #last = false;
  #nextLine = 1;
  #breaksInRow = 0;
  #hasQuote = false;

  /** Adds a chunk; `last` means that no other follows. Call `next` until it returns false. */
  push(chunk: string, last: boolean): void {
    this.text = this.#at === this.text.length ? chunk : this.text.slice(this.#at) + chunk;
    this.#at = 0;
    this.#last = last;
  }

  /** Lets `next` read the last row once more, by another separator. */
  readAgain(separator: number): void {
    this.separator = separator;
    this.#at = this.rowStart;
    this.#nextLine = this.line;
  }

  /** Reads one row; false when none is complete. Lines without any character are skipped. */
  next(): boolean {
    const { text } = this;
    for (;;) {
      const start = this.#at;
      if (start === text.length) return false;
      this.line = this.#nextLine;
      this.#breaksInRow = 0;
      this.#hasQuote = false;
      this.textAfterQuote = false;
      this.count = 0;
      const end = this.#readCells(start);
      if ((end < 0 ? text.length : end) - start > MAX_ROW_LENGTH) throw this.#tooLong();
      if (end < 0) return false;
      this.rowStart = start;
      this.rowEnd = end;
      this.#at =
        end === text.length
          ? end
          : end + (text.charCodeAt(end) === CR && text.charCodeAt(end + 1) === LF ? 2 : 1);
      this.#nextLine += this.#breaksInRow + 1;
      if (this.count > 1 || this.cells[0] !== '' || this.#hasQuote) return true;
    }
  }

  /** The index of the line break (or the end of the file) that ends the row; -1 when the row isn't complete. */
  #readCells(start: number): number {
    const { text, cells, separator } = this;
    const { length } = text;
    let from = start;
    for (;;) {
      let at = from;
      let code = text.charCodeAt(at);
      while (code === SPACE || (code === TAB && separator !== TAB)) {
        at += 1;
        code = text.charCodeAt(at);
      }
      if (code === QUOTE) {
        at = this.#readQuoted(at);
        if (at < 0) return -1;
        code = text.charCodeAt(at);
      } else {
        // Past the end charCodeAt is NaN, which is none of these: the loop is bounded by the length.
        while (code !== separator && code !== LF && code !== CR && at < length) {
          at += 1;
          code = text.charCodeAt(at);
        }
        cells[this.count++] = trimmed(text, from, at);
      }
      if (code !== separator) return this.#isComplete(at, code) ? at : -1;
      from = at + 1;
    }
  }

  /** A CR at the end of a chunk may be half of a CRLF. */
  #isComplete(at: number, code: number): boolean {
    return this.#last || (at < this.text.length && !(code === CR && at + 1 === this.text.length));
  }

  /** Reads the cell whose quote is at `open`; answers the index after the cell, or -1 when it isn't complete. */
  #readQuoted(open: number): number {
    const { text, separator } = this;
    this.#hasQuote = true;
    let from = open + 1;
    let cell = '';
    let close = text.indexOf('"', from);
    while (close >= 0 && text.charCodeAt(close + 1) === QUOTE) {
      cell += text.slice(from, close + 1);
      from = close + 2;
      close = text.indexOf('"', from);
    }
    if (close < 0) {
      if (this.#last) throw unclosedQuote(this.line);
      return -1;
    }
    cell = from === open + 1 ? trimmed(text, from, close) : (cell + text.slice(from, close)).trim();
    const breaks = countBreaks(text, open + 1, close);
    this.#breaksInRow += breaks;
    let at = close + 1;
    let code = text.charCodeAt(at);
    while (code === SPACE || (code === TAB && separator !== TAB)) {
      at += 1;
      code = text.charCodeAt(at);
    }
    if (at < text.length && code !== separator && code !== LF && code !== CR) {
      // When the text spans a line break, the opening quote was most likely never closed, and rows would be
      // swallowed.
      if (breaks > 0) throw unclosedQuote(this.line);
      this.textAfterQuote = true;
      while (at < text.length && code !== separator && code !== LF && code !== CR) {
        at += 1;
        code = text.charCodeAt(at);
      }
      cell = text.slice(open, at).trim();
    }
    this.cells[this.count++] = cell;
    return at;
  }

  #tooLong(): UnreadableFile {
    return this.#hasQuote
      ? unclosedQuote(this.line)
      : new UnreadableFile('row-too-long', `The row on line ${this.line} is too long.`, this.line);
  }
}

function unclosedQuote(line: number): UnreadableFile {
  return new UnreadableFile(
    'unclosed-quote',
    `A quote opened in the row on line ${line} is not closed.`,
    line,
  );
}

/** Most cells need no trim, and two comparisons are cheaper than the call. */
function trimmed(text: string, from: number, to: number): string {
  if (from === to) return '';
  const cell = text.slice(from, to);
  const first = text.charCodeAt(from);
  const last = text.charCodeAt(to - 1);
  return first > SPACE && first < 0x80 && last > SPACE && last < 0x80 ? cell : cell.trim();
}

/** LF, CRLF and CR are one line break each. */
export function countBreaks(text: string, from: number, to: number): number {
  let breaks = 0;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) breaks += 1;
  }
  return breaks;
}
