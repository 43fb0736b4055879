import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { decodeAwsChunked, type Trailers } from '../aws-chunked.ts';
import { AwsError, notImplemented } from '../aws-error.ts';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  createChecksum,
  isChecksumAlgorithm,
} from '../checksums.ts';
import { readBody } from '../request-body.ts';
import { ChunkSigner } from '../sigv4.ts';
import { writeHashed } from './hashed-file.ts';
import type { Payload } from './object-metadata.ts';
import type { S3Call } from './s3-call.ts';

/** 5 GiB, the most that one PUT or part may carry. */
const PAYLOAD_LIMIT_BYTES = 5 * 1024 ** 3;

function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequest', 400, message);
}

/** The algorithm whose value comes in a header or a trailer; at most one may. */
export function declaredChecksum({ headers }: Pick<S3Call, 'headers'>): ChecksumAlgorithm | undefined {
  const trailers = (headers.get('x-amz-trailer') ?? '').split(',').map((name) => name.trim().toLowerCase());
  const declared = CHECKSUM_ALGORITHMS.filter(
    (name) => headers.has(`x-amz-checksum-${name}`) || trailers.includes(`x-amz-checksum-${name}`),
  );
  if (declared.length > 1)
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  const sdkAlgorithm = headers.get('x-amz-sdk-checksum-algorithm')?.toLowerCase();
  if (sdkAlgorithm === undefined) return declared[0];
  if (!isChecksumAlgorithm(sdkAlgorithm)) throw notImplemented(`The checksum algorithm ${sdkAlgorithm}`);
  if (declared[0] === sdkAlgorithm) return sdkAlgorithm;
  throw invalidRequest(
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  );
}

function declaredLength({ headers }: S3Call, streaming: boolean): number {
  const text = headers.get(streaming ? 'x-amz-decoded-content-length' : 'content-length');
  if (text === undefined || !/^\d+$/.test(text)) {
    throw new AwsError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.');
  }
  const length = Number(text);
  if (length <= PAYLOAD_LIMIT_BYTES) return length;
  throw new AwsError('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size');
}

/** The hash that the signature promises, when it is one. */
function signedHash(payloadHash: string): string | undefined {
  if (/^[\da-f]{64}$/.test(payloadHash)) return payloadHash;
  if (payloadHash === 'UNSIGNED-PAYLOAD' || payloadHash.startsWith('STREAMING-')) return undefined;
  throw invalidRequest('x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a valid sha256 value.');
}

const STREAMING = [
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
];

/** Decodes a body and verifies what the request declares about it: length, signature, Content-MD5, checksum. */
class PayloadReader {
  readonly source: AsyncIterable<Buffer>;
  #call: S3Call;
  #length: number;
  #trailers: Trailers = new Map();
  #algorithm: ChecksumAlgorithm | undefined;
  #checksum;
  #signedHash: string | undefined;
  #sha256;

  constructor(call: S3Call) {
    this.#call = call;
    const payloadHash = call.authorization.payloadHash;
    if (payloadHash === undefined)
      throw invalidRequest('Missing required header for this request: x-amz-content-sha256');
    this.#signedHash = signedHash(payloadHash);
    const streaming = payloadHash.startsWith('STREAMING-');
    if (streaming && !STREAMING.includes(payloadHash))
      throw notImplemented(`The payload signature ${payloadHash}`);
    this.#length = declaredLength(call, streaming);
    this.#algorithm = declaredChecksum(call);
    this.#checksum = this.#algorithm && createChecksum(this.#algorithm);
    this.#sha256 = this.#signedHash === undefined ? undefined : createHash('sha256');
    // A failure must leave the connection usable for the error answer; Node then discards the rest of the body.
    const body = call.request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    const signer = payloadHash.startsWith('STREAMING-AWS4') ? new ChunkSigner(call.authorization) : undefined;
    this.source = streaming ? decodeAwsChunked(body, this.#trailers, signer) : body;
  }

  observe(chunk: Uint8Array): void {
    this.#checksum?.update(chunk);
    this.#sha256?.update(chunk);
  }

  finish(size: number, md5: Buffer): Payload {
    const { headers } = this.#call;
    if (size !== this.#length) {
      throw new AwsError(
        'IncompleteBody',
        400,
        'You did not provide the number of bytes specified by the Content-Length HTTP header',
      );
    }
    if (this.#sha256 && this.#sha256.digest('hex') !== this.#signedHash) {
      throw new AwsError(
        'XAmzContentSHA256Mismatch',
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    const contentMd5 = headers.get('content-md5');
    if (contentMd5 !== undefined && contentMd5 !== md5.toString('base64')) {
      throw new AwsError('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.');
    }
    return { size, etag: md5.toString('hex'), checksum: this.#verifiedChecksum() };
  }

  #verifiedChecksum(): Payload['checksum'] {
    if (this.#checksum === undefined || this.#algorithm === undefined) return undefined;
    const name = `x-amz-checksum-${this.#algorithm}`;
    const expected = this.#call.headers.get(name) ?? this.#trailers.get(name);
    const value = this.#checksum.digest().toString('base64');
    if (expected === undefined)
      throw new AwsError('MalformedTrailerError', 400, `The trailer ${name} is missing.`);
    if (expected === value) return { algorithm: this.#algorithm, value };
    throw new AwsError(
      'BadDigest',
      400,
      `The ${this.#algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    );
  }
}

/** Receives a body into a temporary file that `use` turns into something lasting; the file is gone afterwards. */
export async function withReceivedFile<T>(
  call: S3Call,
  use: (path: string, payload: Payload) => T,
): Promise<T> {
  const reader = new PayloadReader(call);
  const path = call.objects.temporaryPath();
  try {
    const { size, md5 } = await writeHashed(reader.source, path, (chunk) => reader.observe(chunk));
    return use(path, reader.finish(size, md5));
  } finally {
    rmSync(path, { force: true });
  }
}

/** Receives a small XML document. */
export async function receiveDocument(call: S3Call, limitBytes: number): Promise<string> {
  const reader = new PayloadReader(call);
  const body = await readBody(reader.source, limitBytes);
  reader.observe(body);
  reader.finish(body.length, createHash('md5').update(body).digest());
  return body.toString('utf8');
}
