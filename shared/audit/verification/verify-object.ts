import { createHash, hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { NamedObject } from '#audit/archive/digest.ts';
import { ChainReader } from './chain-reader.ts';
import type { BrokenLink } from './verification.ts';

/** Objects up to this size, compressed and uncompressed, are read as a whole. Larger ones are read in pieces. */
const WHOLE_BYTES = 4 * 1024 * 1024;
const WHOLE_PIECE_BYTES = 512 * 1024;
const WHOLE_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * Pieces that fit into the processor's cache are the fastest. zlib keeps its output of a piece in which it finds an
 * error, so small pieces show where that is.
 */
const FAST_PIECE_BYTES = 64 * 1024;
const EXACT_PIECE_BYTES = 64;

const CUT_OFF = 'ECONNRESET';
const TOO_SHORT: readonly (string | undefined)[] = ['Z_BUF_ERROR', CUT_OFF];

type Read = () => Promise<AsyncIterable<Uint8Array> | undefined>;

interface Reading {
  readonly sha256: string;
  readonly chain: ChainReader;
  /** The error of zlib or of the connection. */
  readonly error: string | undefined;
}

/**
 * Checks an object against its digest. A small, intact object, as nearly all are, is read as a whole: a stream takes
 * half as long again. Large objects, and those that aren't intact, are read in pieces to find the break.
 * @param keyOf the key under which the digests name an object of this SHA-256, to distinguish a swapped object from
 * an altered one
 */
export async function verifyObject(
  named: NamedObject,
  read: Read,
  keyOf: (sha256: string) => string | undefined,
): Promise<BrokenLink | undefined> {
  if (named.bytes <= WHOLE_BYTES && (await isWhole(named, read))) return undefined;
  let reading = await readThrough(read, FAST_PIECE_BYTES);
  if (reading?.error !== undefined) reading = await readThrough(read, EXACT_PIECE_BYTES);
  const broken = (kind: BrokenLink['kind'], detail: string, line?: number): BrokenLink => ({
    ...{ kind, key: named.key, detail },
    ...(line === undefined ? {} : { line }),
  });
  if (reading === undefined) return broken('missing-object', 'the digest names an object that is not there');
  const { sha256, chain, error } = reading;
  const { lines, brokenLine } = chain;
  const isAsNamed = sha256 === named.sha256;
  if (isAsNamed && lines === named.entries && brokenLine === undefined && chain.isWhole) return undefined;
  const other = isAsNamed ? undefined : keyOf(sha256);
  if (other !== undefined) return broken('swapped-object', `it holds what belongs at ${other}`);
  if (brokenLine !== undefined)
    return broken('altered-record', `record ${brokenLine} is not as it was written`, brokenLine);
  if (TOO_SHORT.includes(error) || (error === undefined && lines < named.entries))
    return broken('truncated-object', `it ends after ${lines} of ${named.entries} records`, lines + 1);
  if (error !== undefined && lines < named.entries)
    return broken('altered-record', `record ${lines + 1} cannot be read (${error})`, lines + 1);
  if (lines > named.entries)
    return broken('altered-record', `a record was added after ${named.entries}`, named.entries + 1);
  return broken(
    'altered-object',
    'its records are whole, and bytes around them are not as they were written',
  );
}

async function isWhole({ bytes, sha256, entries }: NamedObject, read: Read): Promise<boolean> {
  const compressed = await readBytes(read, bytes);
  if (compressed === undefined || hash('sha256', compressed) !== sha256) return false;
  const chain = new ChainReader();
  try {
    chain.push(gunzipSync(compressed, { chunkSize: WHOLE_PIECE_BYTES, maxOutputLength: WHOLE_TEXT_BYTES }));
  } catch {
    return false;
  }
  return chain.lines === entries && chain.brokenLine === undefined && chain.isWhole;
}

/** Returns undefined unless there are exactly that many bytes. */
async function readBytes(read: Read, bytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of (await read()) ?? []) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > bytes) return undefined;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== CUT_OFF) throw error;
    return undefined;
  }
  return length === bytes ? Buffer.concat(chunks, length) : undefined;
}

async function readThrough(read: Read, pieceBytes: number): Promise<Reading | undefined> {
  const sha256 = createHash('sha256');
  const chain = new ChainReader();
  try {
    const body = await read();
    if (body === undefined) return undefined;
    const hashed = async function* () {
      for await (const chunk of body) {
        sha256.update(chunk);
        yield chunk;
      }
    };
    await pipeline(hashed, createGunzip({ chunkSize: pieceBytes }), async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) chain.push(piece);
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    // S3 that can't deliver what it has promised cuts the connection: the bytes aren't there.
    if (!code.startsWith('Z_') && code !== CUT_OFF) throw error;
    return { sha256: '', chain, error: code };
  }
  return { sha256: sha256.digest('hex'), chain, error: undefined };
}
