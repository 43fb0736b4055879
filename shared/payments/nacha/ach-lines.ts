import { AchRecord } from './ach-record.ts';
import { BLOCKING_FACTOR, FILLER, type Layout, RECORD_LENGTH } from './nacha-layout.ts';
import { UnreadableAchFile } from './unreadable-ach-file.ts';

/** The length of about a million records. */
export const MAX_ACH_FILE_LENGTH = 100_000_000;

const PRINTABLE = /^[\x20-\x7e]*$/;

/** The records of a file, one after the other. */
export class AchLines {
  readonly #lines: readonly string[];
  #at = 0;

  /** @throws UnreadableAchFile unless every line is a record of 94 printable ASCII characters, ended by LF or CRLF */
  constructor(text: string) {
    if (text.length > MAX_ACH_FILE_LENGTH)
      throw new UnreadableAchFile('too-large', 'The file is too large.', 1);
    const lines = text.split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    if (lines.length === 0) throw new UnreadableAchFile('empty-file', 'The file is empty.', 1);
    for (const [index, line] of lines.entries()) checkLine(line, index + 1);
    this.#lines = lines;
  }

  /** The line that comes next, from 1; behind the last line, one more than there are. */
  get line(): number {
    return this.#at + 1;
  }

  /** Whether the next record is of this type. */
  isNext(type: string): boolean {
    return this.#lines[this.#at]?.startsWith(type) ?? false;
  }

  /** The columns of the next record, as they stand. */
  peek(first: number, last: number): string {
    return this.#lines[this.#at]?.slice(first - 1, last) ?? '';
  }

  /** @throws UnreadableAchFile when another record comes, or none */
  take<L extends Layout<string>>(type: string, layout: L): AchRecord<L> {
    const text = this.#lines[this.#at];
    if (text === undefined) {
      throw new UnreadableAchFile('truncated', `The file ends before a record of type ${type}.`, this.line);
    }
    if (!text.startsWith(type) || text === FILLER) {
      throw new UnreadableAchFile('record-order', `A record of type ${type} must stand here.`, this.line);
    }
    const record = new AchRecord(layout, text, this.line);
    this.#at += 1;
    return record;
  }

  /**
   * Nothing but lines of nines up to the end of the block. A file without any is taken too, because intermediaries strip them; one
   * with some of them was cut.
   *
   * @throws UnreadableAchFile
   */
  takeFiller(): void {
    const first = this.#at;
    for (; this.#at < this.#lines.length; this.#at += 1) {
      if (this.#lines[this.#at] !== FILLER) {
        throw new UnreadableAchFile('filler', 'Only lines of nines may follow the file control.', this.line);
      }
    }
    if (this.#at > first && (this.#at % BLOCKING_FACTOR !== 0 || this.#at - first >= BLOCKING_FACTOR)) {
      throw new UnreadableAchFile(
        'filler',
        'The file must be filled up to a whole block of ten lines.',
        this.#at,
      );
    }
  }
}

function checkLine(line: string, number: number): void {
  if (!PRINTABLE.test(line)) {
    throw new UnreadableAchFile('character', 'Only printable ASCII characters may stand here.', number);
  }
  if (line.length !== RECORD_LENGTH) {
    throw new UnreadableAchFile(
      'record-length',
      `A record has 94 characters, this has ${line.length}.`,
      number,
    );
  }
  if (!/^[156789]/.test(line)) {
    throw new UnreadableAchFile('record-type', 'A record begins with 1, 5, 6, 7, 8 or 9.', number);
  }
}
