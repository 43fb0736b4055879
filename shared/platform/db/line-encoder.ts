const FIRST_BYTES = 256 * 1024;
const MAX_BYTES_OF_UNIT = 3;

/**
 * Encodes lines of text as UTF-8, each by itself: joining them first takes three times as long, since the joined text
 * is copied once more from its many parts, and has two bytes for each character as soon as one line needs them.
 */
export class LineEncoder {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);

  /** Encodes the lines in a buffer of their own. */
  encode(lines: readonly string[]): Buffer {
    let length = 0;
    for (const line of lines) {
      const needed = length + line.length * MAX_BYTES_OF_UNIT;
      if (needed > this.#bytes.length) this.#grow(length, needed);
      length += this.#bytes.write(line, length);
    }
    return Buffer.from(this.#bytes.subarray(0, length));
  }

  #grow(length: number, needed: number): void {
    const larger = Buffer.allocUnsafe(2 * needed);
    this.#bytes.copy(larger, 0, 0, length);
    this.#bytes = larger;
  }
}
