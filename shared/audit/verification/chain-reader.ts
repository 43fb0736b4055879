import { hash } from 'node:crypto';
import { HASH_LENGTH, LINE_END } from '#audit/archive/audit-line.ts';

const NEWLINE = 10;
const QUOTE = LINE_END.charCodeAt(0);
const BRACE = LINE_END.charCodeAt(1);
/** The number of bytes from the beginning of a line's hash through its newline. */
const TAIL_LENGTH = HASH_LENGTH + LINE_END.length;
/** A payload is at most as large as a request's body, so a longer line isn't one of ours. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** Checks the hashes of chained lines (see `chainedLines`) over chunks of the file as they come, in the memory of one line. */
export class ChainReader {
  /** Lines that are as they were written. */
  lines = 0;
  /** The line at which the chain breaks, counted from 1. Once it is set, nothing more is checked. */
  brokenLine: number | undefined;
  /** The bytes from the hash of the last line on. */
  #carried: Buffer = Buffer.alloc(0);
  /** The index in the carried bytes at which the unfinished line begins. */
  #lineStart = 0;

  push(chunk: Buffer): void {
    if (this.brokenLine !== undefined) return;
    const carried = this.#carried;
    // Only the lines that reach into the chunk are copied: to copy all of it would cost a tenth of what hashing it does.
    const hashStart = carried.length === 0 ? 0 : firstWholeHash(chunk);
    const copied = hashStart < 0 ? chunk.length : hashStart + TAIL_LENGTH + 1;
    if (carried.length > 0) this.#read(Buffer.concat([carried, chunk.subarray(0, copied)]), carried.length);
    if (hashStart < 0 || this.brokenLine !== undefined) return;
    this.#lineStart = carried.length === 0 ? 0 : TAIL_LENGTH + 1;
    this.#read(chunk.subarray(hashStart), this.#lineStart);
  }

  /** @param from where newlines weren't looked for yet */
  #read(data: Buffer, from: number): void {
    let spanStart = 0;
    let lineStart = this.#lineStart;
    let newline = data.indexOf(NEWLINE, from);
    while (newline >= 0) {
      const hashStart = newline - TAIL_LENGTH;
      if (!isIntact(data, spanStart, Math.max(hashStart, lineStart), newline)) {
        this.brokenLine = this.lines + 1;
        return;
      }
      this.lines += 1;
      spanStart = hashStart;
      lineStart = newline + 1;
      newline = data.indexOf(NEWLINE, lineStart);
    }
    this.#carried = data.subarray(spanStart);
    this.#lineStart = lineStart - spanStart;
    if (this.#carried.length > MAX_LINE_BYTES) this.brokenLine = this.lines + 1;
  }

  /** Whether the file ends with a line's end. */
  get isWhole(): boolean {
    return this.#lineStart === this.#carried.length;
  }
}

/** Returns the index of the first hash that the chunk holds with its newline, or a negative number if there is none. */
function firstWholeHash(chunk: Buffer): number {
  return chunk.indexOf(NEWLINE, TAIL_LENGTH) - TAIL_LENGTH;
}

function isIntact(data: Buffer, spanStart: number, hashStart: number, newline: number): boolean {
  // A plain view: a Buffer's takes twice as long to make.
  const span = new Uint8Array(data.buffer, data.byteOffset + spanStart, hashStart - spanStart);
  return (
    hash('sha256', span) === data.toString('latin1', hashStart, hashStart + HASH_LENGTH) &&
    data[newline - 2] === QUOTE &&
    data[newline - 1] === BRACE
  );
}
