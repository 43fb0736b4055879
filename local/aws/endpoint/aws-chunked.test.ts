import { describe, expect, test } from 'vitest';
import { decodeAwsChunked, type Trailers } from './aws-chunked.ts';
import { Principals } from './iam/principals.ts';
import { authorize, ChunkSigner, type WireRequest } from './sigv4.ts';

/** The example of "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks" in S3's API reference. */
const CREDENTIALS = {
  principals: new Principals(
    { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
    [],
  ),
  region: 'us-east-1',
};
const SIGNED = [
  ...['content-encoding', 'content-length', 'host', 'x-amz-content-sha256', 'x-amz-date'],
  ...['x-amz-decoded-content-length', 'x-amz-storage-class'],
].join(';');
const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
const CHUNKS = [
  [65536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'],
  [1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'],
  [0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'],
] as const;

const wire: WireRequest = {
  method: 'PUT',
  path: '/examplebucket/chunkObject.txt',
  query: [],
  headers: {
    host: ['s3.amazonaws.com'],
    'x-amz-date': ['20130524T000000Z'],
    'x-amz-storage-class': ['REDUCED_REDUNDANCY'],
    'x-amz-content-sha256': ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
    'content-encoding': ['aws-chunked'],
    'x-amz-decoded-content-length': ['66560'],
    'content-length': ['66824'],
    authorization: [
      `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${SIGNED},Signature=${SEED}`,
    ],
  },
};

function signer(): ChunkSigner {
  return new ChunkSigner(authorize(wire, CREDENTIALS, undefined, Date.parse('2013-05-24T00:00:00Z')));
}

function encoded(letter = 'a'): Buffer {
  const text = CHUNKS.map(
    ([size, signature]) => `${size.toString(16)};chunk-signature=${signature}\r\n${letter.repeat(size)}\r\n`,
  );
  return Buffer.from(text.join(''));
}

async function* pieces(body: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < body.length; start += size) yield body.subarray(start, start + size);
}

async function decode(
  body: Buffer,
  size: number,
  trailers: Trailers = new Map(),
  chunkSigner?: ChunkSigner,
): Promise<string> {
  let text = '';
  for await (const data of decodeAwsChunked(pieces(body, size), trailers, chunkSigner))
    text += data.toString();
  return text;
}

describe('aws-chunked bodies', () => {
  test.each([1, 7, 1000, 70_000])(
    'decodes and verifies the published example in pieces of %i bytes',
    async (size) => {
      expect(encoded()).toHaveLength(66824);
      expect(await decode(encoded(), size, undefined, signer())).toBe('a'.repeat(66560));
    },
  );

  test('refuses a chunk that was altered', async () => {
    await expect(decode(encoded('b'), 1000, undefined, signer())).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });

  test('gives the trailers of an unsigned body', async () => {
    const trailers: Trailers = new Map();
    const body = Buffer.from('3\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32: AAAA==\r\n\r\n');
    expect(await decode(body, 4, trailers)).toBe('abcde');
    expect([...trailers]).toEqual([['x-amz-checksum-crc32', 'AAAA==']]);
  });

  test.each([
    ['zz\r\nabc', 'InvalidRequest'],
    ['3\r\nabcd\r\n', 'InvalidRequest'],
    ['3\r\nab', 'IncompleteBody'],
    ['3\r\nabc\r\n0\r\n', 'IncompleteBody'],
  ])('refuses %j', async (body, code) => {
    await expect(decode(Buffer.from(body), 3)).rejects.toMatchObject({ code });
  });
});
