import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { awsClient } from '#platform/aws/client.ts';
import { environment } from '#platform/environment.ts';
import { traceHeaders } from '#platform/observability/trace.ts';
import { base64OfHex } from './objects.ts';

/** Presigned requests to the uploads bucket: the bytes of large files never pass through a function. */

/** The time for the client's own upload, over a slow line too. */
const UPLOAD_SECONDS = 3_600;
/** The time for a download that follows at once; every answer with such a URL signs a new one. */
const DOWNLOAD_SECONDS = 900;

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

/** A PUT of exactly `bytes` bytes, and of exactly this content when its SHA-256 is given. */
export async function presignPut(key: string, bytes: number, sha256: string | undefined): Promise<string> {
  const { sdk, client, getSignedUrl } = await signer();
  const command = new sdk.PutObjectCommand({
    Bucket: environment.uploadsBucket(),
    Key: key,
    ContentLength: bytes,
    Metadata: traceHeaders(),
    ...(sha256 === undefined ? {} : { ChecksumSHA256: base64OfHex(sha256) }),
  });
  return getSignedUrl(client, command, {
    expiresIn: UPLOAD_SECONDS,
    signableHeaders: new Set(['content-length']),
  });
}

export async function presignGet(key: string): Promise<string> {
  const { sdk, client, getSignedUrl } = await signer();
  const command = new sdk.GetObjectCommand({ Bucket: environment.uploadsBucket(), Key: key });
  return getSignedUrl(client, command, { expiresIn: DOWNLOAD_SECONDS });
}

export interface PresignedParts {
  readonly multipartId: string;
  readonly parts: readonly { readonly part_number: number; readonly url: string }[];
}

/** Begins a multipart upload. One that is never completed is cleared away by the bucket's lifecycle rules. */
export async function presignParts(key: string, count: number): Promise<PresignedParts> {
  const { sdk, client, getSignedUrl } = await signer();
  const Bucket = environment.uploadsBucket();
  const { UploadId } = await client.send(
    new sdk.CreateMultipartUploadCommand({ Bucket, Key: key, Metadata: traceHeaders() }),
  );
  if (UploadId === undefined) throw new Error('S3 began a multipart upload without an id');
  const sign = async (part_number: number) => {
    const command = new sdk.UploadPartCommand({ Bucket, Key: key, UploadId, PartNumber: part_number });
    return { part_number, url: await getSignedUrl(client, command, { expiresIn: UPLOAD_SECONDS }) };
  };
  return {
    multipartId: UploadId,
    parts: await Promise.all(Array.from({ length: count }, (_, index) => sign(index + 1))),
  };
}

/** @throws DomainError `validation-failed` when the parts aren't those that were sent, `conflict` when the upload is over */
export async function completeParts(
  key: string,
  multipartId: string,
  parts: readonly UploadPart[],
): Promise<void> {
  const { sdk, client } = await signer();
  try {
    await client.send(
      new sdk.CompleteMultipartUploadCommand({
        Bucket: environment.uploadsBucket(),
        Key: key,
        UploadId: multipartId,
        MultipartUpload: {
          Parts: parts.map(({ part_number, etag }) => ({ PartNumber: part_number, ETag: etag })),
        },
      }),
    );
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall', 'MalformedXML'].includes(name))
      throw invalidField(
        '/parts',
        'invalid-parts',
        'must name every part that was sent, in order, with the ETag that its PUT answered',
      );
    if (name === 'NoSuchUpload')
      throw new DomainError('conflict', 'This upload was already completed, or has expired.', {
        cause: error,
      });
    throw error;
  }
}
