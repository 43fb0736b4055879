import { awsClient } from '#platform/aws/client.ts';
import * as environment from '#platform/environment.ts';
import { traceHeaders } from '#platform/observability/trace.ts';

/** One stored version of an object in the uploads bucket. */
export interface ObjectVersion {
  readonly key: string;
  /** Absent where the bucket keeps one version only. */
  readonly versionId: string | undefined;
}

export interface ObjectHead {
  readonly bytes: number;
  /** Lower-case hex, present if the client had S3 check it. */
  readonly sha256: string | undefined;
  /** The trace of the request that stored the object or asked for its URL; notifications of S3 carry none. */
  readonly traceparent: string | undefined;
  /** Absent where the bucket keeps one version only. */
  readonly versionId: string | undefined;
  /** The second in which it was stored. */
  readonly storedAt: Date | undefined;
}

/** Loaded on the path that uses it: it is the most expensive import there is. */
export async function s3() {
  const sdk = await import('@aws-sdk/client-s3');
  const client = awsClient(sdk.S3Client, {
    // We check SHA-256 ourselves where it is declared or signed, and a presigned request has no body to sum up.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return { sdk, client };
}

const address = ({ key, versionId }: ObjectVersion) => ({
  Bucket: environment.uploadsBucket(),
  Key: key,
  ...(versionId === undefined ? {} : { VersionId: versionId }),
});

export const base64OfHex = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

/** Undefined when there is no such object any more. */
export async function headObject(version: ObjectVersion): Promise<ObjectHead | undefined> {
  const { sdk, client } = await s3();
  try {
    const head = await client.send(
      new sdk.HeadObjectCommand({ ...address(version), ChecksumMode: 'ENABLED' }),
    );
    // A composite checksum (of parts) ends in the number of parts and is no checksum of the bytes.
    const checksum = head.ChecksumSHA256?.includes('-') ? undefined : head.ChecksumSHA256;
    return {
      bytes: head.ContentLength ?? 0,
      sha256: checksum && Buffer.from(checksum, 'base64').toString('hex'),
      traceparent: head.Metadata?.traceparent,
      versionId: head.VersionId,
      storedAt: head.LastModified,
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export interface ListedObject {
  readonly key: string;
  readonly storedAt: Date;
  readonly eTag: string;
}

/** Lists the newest version of everything under a prefix, in pages of a thousand, by key. */
export async function* listObjects(prefix: string): AsyncGenerator<ListedObject[]> {
  const { sdk, client } = await s3();
  let token: string | undefined;
  do {
    const page = await client.send(
      new sdk.ListObjectsV2Command({
        Bucket: environment.uploadsBucket(),
        Prefix: prefix,
        ContinuationToken: token,
      }),
    );
    yield (page.Contents ?? []).flatMap(({ Key, LastModified, ETag = '' }) =>
      Key === undefined || LastModified === undefined
        ? []
        : [{ key: Key, storedAt: LastModified, eTag: ETag.replaceAll('"', '') }],
    );
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** Returns whether S3 has said that there is no such object, or no such version of it. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NotFound', 'NoSuchKey', 'NoSuchVersion'].includes(error.name);
}

/** Returns the bytes as they arrive. A reader that stops early releases the connection by ending the iteration. */
export async function readObject(version: ObjectVersion): Promise<AsyncIterable<Uint8Array>> {
  const { sdk, client } = await s3();
  const { Body } = await client.send(new sdk.GetObjectCommand(address(version)));
  if (Body === undefined) throw new Error(`S3 answered no body for ${version.key}`);
  return Body as unknown as AsyncIterable<Uint8Array>;
}

export async function putObject(key: string, body: Buffer, sha256: string): Promise<void> {
  const { sdk, client } = await s3();
  await client.send(
    new sdk.PutObjectCommand({
      ...address({ key, versionId: undefined }),
      Body: body,
      ContentLength: body.length,
      ChecksumSHA256: base64OfHex(sha256),
      Metadata: traceHeaders(),
    }),
  );
}

export interface DownloadHeaders {
  readonly contentType: string;
  /** The name under which a browser saves it. */
  readonly filename: string;
}

/** Writes an object of unknown length, part by part; nothing appears under the key unless the source ends well. */
export async function writeObject(
  key: string,
  source: AsyncIterable<string | Uint8Array> | Iterable<Uint8Array>,
  headers: DownloadHeaders,
): Promise<void> {
  const [{ client }, { Upload }, { Readable }] = await Promise.all([
    s3(),
    import('@aws-sdk/lib-storage'),
    import('node:stream'),
  ]);
  const Body = Readable.from(source, { objectMode: false });
  const upload = new Upload({
    client,
    queueSize: 2,
    params: {
      ...address({ key, versionId: undefined }),
      Body,
      ContentType: headers.contentType,
      ContentDisposition: `attachment; filename="${headers.filename}"`,
    },
  });
  await upload.done();
}
