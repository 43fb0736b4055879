/** The values of which keys and attestations are made (RFC 8949), in the definite form that authenticators write (CTAP 2). */
type CborValue = number | boolean | null | string | Buffer | readonly CborValue[] | CborMap;
export type CborMap = ReadonlyMap<CborValue, CborValue>;

const MAX_DEPTH = 4;
const SIMPLE: ReadonlyMap<number, boolean | null> = new Map([
  [20, false],
  [21, true],
  [22, null],
]);

/**
 * Reads one value, and where it ends.
 * @throws Error for anything that is cut off, nested deeply, or written in another form
 */
export function readCbor(
  bytes: Buffer,
  at = 0,
  depth = 0,
): { readonly value: CborValue; readonly end: number } {
  if (depth > MAX_DEPTH) throw new Error('CBOR is nested too deeply');
  const first = bytes.readUInt8(at);
  const major = first >> 5;
  const { size, end } = sizeAt(bytes, at);
  switch (major) {
    case 0:
      return { value: size, end };
    case 1:
      return { value: -1 - size, end };
    case 2:
    case 3: {
      if (end + size > bytes.length) throw new Error('CBOR is cut off');
      const text = bytes.subarray(end, end + size);
      return { value: major === 2 ? text : text.toString('utf8'), end: end + size };
    }
    case 4: {
      const { values, end: last } = readMany(bytes, end, size, depth);
      return { value: values, end: last };
    }
    case 5: {
      const { values, end: last } = readMany(bytes, end, 2 * size, depth);
      const pairs = Array.from({ length: size }, (_, n) => [values[2 * n], values[2 * n + 1]] as const);
      return { value: new Map(pairs as [CborValue, CborValue][]), end: last };
    }
    default: {
      const simple = SIMPLE.get(first & 0x1f);
      if (major !== 7 || simple === undefined) throw new Error('CBOR of another kind');
      return { value: simple, end };
    }
  }
}

/** Reads the number in the head of a value: itself, or the length of what follows. */
function sizeAt(bytes: Buffer, at: number): { readonly size: number; readonly end: number } {
  const short = bytes.readUInt8(at) & 0x1f;
  if (short < 24) return { size: short, end: at + 1 };
  if (short === 24) return { size: bytes.readUInt8(at + 1), end: at + 2 };
  if (short === 25) return { size: bytes.readUInt16BE(at + 1), end: at + 3 };
  if (short === 26) return { size: bytes.readUInt32BE(at + 1), end: at + 5 };
  throw new Error('CBOR of another form');
}

function readMany(bytes: Buffer, at: number, count: number, depth: number) {
  // Each value is a byte at least: a count that is larger is made up.
  if (count > bytes.length - at) throw new Error('CBOR is cut off');
  const values: CborValue[] = [];
  let end = at;
  for (let n = 0; n < count; n++) {
    const read = readCbor(bytes, end, depth + 1);
    values.push(read.value);
    end = read.end;
  }
  return { values, end };
}
