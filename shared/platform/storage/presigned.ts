import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { awsClient } from '#platform/aws/client.ts';
import * as environment from '#platform/environment.ts';
import { traceHeaders } from '#platform/observability/trace.ts';
import { base64OfHex } from './objects.ts';

/** Presigned requests to the uploads bucket: the bytes of large files never pass through a function. */

/** The time for the client's own upload, over a slow line too. */
const UPLOAD_SECONDS = 3_600;
/** The time for a download that follows at once; every answer with such a URL signs a new one. */
const DOWNLOAD_SECONDS = 900;

/** The errors by which S3 refuses parts that don't make the file; the last one is for another size than the announced one. */
const BAD_PARTS = ['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall', 'MalformedXML', 'InvalidRequest'];

export interface UploadPart {
  readonly part_number: number;
  readonly etag: string;
}

async function signer() {
  const [sdk, { getSignedUrl }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/s3-request-presigner'),
  ]);
  // Otherwise the checksum of an empty body would be signed, and every real body refused.
  return {
    sdk,
    getSignedUrl,
    client: awsClient(sdk.S3Client, { requestChecksumCalculation: 'WHEN_REQUIRED' }),
  };
}

/** A client sends these with the PUT of a whole file: they are signed. */
export const PUT_HEADERS = { 'If-None-Match': '*' } as const;

/**
 * A PUT of exactly `bytes` bytes, and of exactly this content when its SHA-256 is given. It writes once: whoever finds the URL
 * later replaces nothing.
 */
export async function presignPut(key: string, bytes: number, sha256: string | undefined): Promise<string> {
  const { sdk, client, getSignedUrl } = await signer();
  const command = new sdk.PutObjectCommand({
    Bucket: environment.uploadsBucket(),
    Key: key,
    ContentLength: bytes,
    IfNoneMatch: PUT_HEADERS['If-None-Match'],
    Metadata: traceHeaders(),
    ...(sha256 === undefined ? {} : { ChecksumSHA256: base64OfHex(sha256) }),
  });
  return getSignedUrl(client, command, {
    expiresIn: UPLOAD_SECONDS,
    signableHeaders: new Set(['content-length', 'if-none-match']),
  });
}

export async function presignGet(key: string): Promise<string> {
  const { sdk, client, getSignedUrl } = await signer();
  const command = new sdk.GetObjectCommand({ Bucket: environment.uploadsBucket(), Key: key });
  return getSignedUrl(client, command, { expiresIn: DOWNLOAD_SECONDS });
}

/** Begins a multipart upload. One that is never completed is cleared away by the bucket's lifecycle rules. */
export async function beginParts(key: string): Promise<string> {
  const { sdk, client } = await signer();
  const { UploadId } = await client.send(
    new sdk.CreateMultipartUploadCommand({
      Bucket: environment.uploadsBucket(),
      Key: key,
      Metadata: traceHeaders(),
    }),
  );
  if (UploadId === undefined) throw new Error('S3 began a multipart upload without an id');
  return UploadId;
}

export interface MultipartUpload {
  readonly key: string;
  readonly multipartId: string;
  /** The bytes of the whole file. */
  readonly bytes: number;
}

/** PUTs of the parts of a file, each of exactly its bytes. */
export async function presignParts(
  { key, multipartId, bytes }: MultipartUpload,
  partBytes: number,
): Promise<{ readonly part_number: number; readonly url: string }[]> {
  const { sdk, client, getSignedUrl } = await signer();
  const sign = async (index: number) => {
    const command = new sdk.UploadPartCommand({
      Bucket: environment.uploadsBucket(),
      Key: key,
      UploadId: multipartId,
      PartNumber: index + 1,
      ContentLength: Math.min(partBytes, bytes - index * partBytes),
    });
    const url = await getSignedUrl(client, command, {
      expiresIn: UPLOAD_SECONDS,
      signableHeaders: new Set(['content-length']),
    });
    return { part_number: index + 1, url };
  };
  return Promise.all(Array.from({ length: Math.ceil(bytes / partBytes) }, (_, index) => sign(index)));
}

/** @throws DomainError `validation-failed` when the parts aren't those of the file, `conflict` when the upload is over */
export async function completeParts(
  { key, multipartId, bytes }: MultipartUpload,
  parts: readonly UploadPart[],
): Promise<void> {
  const { sdk, client } = await signer();
  try {
    await client.send(
      new sdk.CompleteMultipartUploadCommand({
        Bucket: environment.uploadsBucket(),
        Key: key,
        UploadId: multipartId,
        IfNoneMatch: '*',
        MpuObjectSize: bytes,
        MultipartUpload: {
          Parts: parts.map(({ part_number, etag }) => ({ PartNumber: part_number, ETag: etag })),
        },
      }),
    );
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (BAD_PARTS.includes(name))
      throw invalidField(
        '/parts',
        'invalid-parts',
        'must name every part of the file, in order, with the ETag that its PUT answered, and together have the size that was announced',
      );
    if (name === 'NoSuchUpload' || name === 'PreconditionFailed')
      throw new DomainError('conflict', 'This upload was already completed, or has expired.', {
        cause: error,
      });
    throw error;
  }
}
