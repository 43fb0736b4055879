import { isUtf8 } from 'node:buffer';

/**
 * Decodes a stream of UTF-8 without losing where it isn't: each byte that belongs to no valid sequence becomes the unpaired
 * surrogate U+DC00 + byte, which valid UTF-8 can't contain (as PEP 383 does). So a Latin-1 row is that row's error, and
 * lines still count. Any division into chunks gives the same text.
 */
export class Utf8Decoder {
  #carried: Buffer | undefined;

  write(chunk: Buffer): string {
    const bytes = this.#carried === undefined ? chunk : Buffer.concat([this.#carried, chunk]);
    const whole = bytes.length - unfinishedLength(bytes);
    // Copied: the source may reuse its chunk.
    this.#carried = whole < bytes.length ? Buffer.from(bytes.subarray(whole)) : undefined;
    return decode(bytes.subarray(0, whole));
  }

  /** Returns what remains of a sequence that the end of the input cuts off. */
  end(): string {
    return this.#carried === undefined ? '' : escapeInvalid(this.#carried);
  }
}

/** Halves what is invalid until the slow way is left with a few bytes: one invalid row in a chunk costs next to nothing. */
function decode(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  if (bytes.length <= 64) return escapeInvalid(bytes);
  let middle = bytes.length >> 1;
  // Never between a lead byte and what follows it; a sequence has at most three continuation bytes.
  for (let back = 0; back < 3 && ((bytes[middle] as number) & 0xc0) === 0x80; back += 1) middle -= 1;
  return decode(bytes.subarray(0, middle)) + decode(bytes.subarray(middle));
}

/** Returns the number of bytes that a lead byte announces; 1 for ASCII, 0 for a byte that can't begin a sequence. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** The length, 0 to 3, of a sequence that began at the end of `bytes` and may go on in the next chunk. */
function unfinishedLength(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

function escapeInvalid(bytes: Buffer): string {
  const parts: string[] = [];
  let validFrom = 0;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] as number;
    const length = sequenceLength(byte);
    if (
      length === 1 ||
      (length > 1 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)))
    ) {
      at += length;
    } else {
      if (at > validFrom) parts.push(bytes.toString('utf8', validFrom, at));
      parts.push(String.fromCharCode(0xdc00 + byte));
      at += 1;
      validFrom = at;
    }
  }
  if (at > validFrom) parts.push(bytes.toString('utf8', validFrom, at));
  return parts.join('');
}
