import { createHash } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import type { ChunkSigner } from './sigv4.ts';

const LINE_LIMIT_BYTES = 8192;
const TRAILER_LIMIT = 20;
const EMPTY = Buffer.alloc(0);

/** Trailing headers, filled when the decoded body has been read to its end. */
export type Trailers = Map<string, string>;

function malformed(reason: string): AwsError {
  return new AwsError('InvalidRequest', 400, `The aws-chunked body is malformed: ${reason}.`);
}

/** Pulls lines and byte runs from a stream without copying the data it passes on. */
class ChunkReader {
  #source: AsyncIterator<Buffer>;
  #rest: Buffer = EMPTY;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #more(): Promise<Buffer> {
    const next = await this.#source.next();
    if (next.done) throw new AwsError('IncompleteBody', 400, 'The request body terminated unexpectedly.');
    return next.value;
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#rest.toString('latin1', 0, end);
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      if (this.#rest.length > LINE_LIMIT_BYTES) throw malformed('a line is too long');
      const chunk = await this.#more();
      this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    }
  }

  /** Returns between 1 and `limit` bytes. */
  async bytes(limit: number): Promise<Buffer> {
    if (this.#rest.length === 0) this.#rest = await this.#more();
    const taken = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }
}

/**
 * Decodes `Content-Encoding: aws-chunked` (`size[;chunk-signature=…]CRLF data CRLF … 0 CRLF trailers CRLF`).
 * With a `signer` every chunk's signature, and the trailer's, is verified; data is passed on before its
 * chunk's signature is known, so a consumer must discard what it has when this throws.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  trailers: Trailers,
  signer?: ChunkSigner,
): AsyncGenerator<Buffer> {
  const reader = new ChunkReader(source);
  for (;;) {
    const [sizeText = '', ...extensions] = (await reader.line()).split(';');
    if (!/^[\da-f]{1,12}$/i.test(sizeText)) throw malformed('a chunk size is not hexadecimal');
    const size = Number.parseInt(sizeText, 16);
    const hash = signer && createHash('sha256');
    for (let left = size; left > 0; ) {
      const data = await reader.bytes(left);
      left -= data.length;
      hash?.update(data);
      yield data;
    }
    if (signer && hash) {
      const signature = extensions
        .find((item) => item.startsWith('chunk-signature='))
        ?.slice('chunk-signature='.length);
      signer.verifyChunk(signature ?? '', hash.digest('hex'));
    }
    if (size === 0) return await readTrailers(reader, trailers, signer);
    if ((await reader.line()) !== '') throw malformed('a chunk is longer than its size');
  }
}

async function readTrailers(reader: ChunkReader, trailers: Trailers, signer?: ChunkSigner): Promise<void> {
  let signed = '';
  let signature: string | undefined;
  for (let count = 0; ; count++) {
    if (count > TRAILER_LIMIT) throw malformed('too many trailers');
    const line = await reader.line();
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon < 1) throw malformed('a trailer has no name');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') signature = value;
    else {
      trailers.set(name, value);
      signed += `${name}:${value}\n`;
    }
  }
  if (signer?.signsTrailer)
    signer.verifyTrailer(signature ?? '', createHash('sha256').update(signed).digest('hex'));
}
