import { awsClient } from '#platform/aws/client.ts';
import * as environment from '#platform/environment.ts';

/** A file has the answers or the statements of one day and bank; a larger file isn't one of ours. */
const MAX_INBOUND_BYTES = 100_000_000;

/** The bytes that are read of a file which is too large to be read. */
const HEAD = 'bytes=0-1023';

export async function putOutbound(key: string, text: string): Promise<void> {
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  await awsClient(S3Client).send(
    new PutObjectCommand({
      Bucket: environment.uploadsBucket(),
      Key: key,
      Body: text,
      ContentType: 'text/plain; charset=us-ascii',
    }),
  );
}

/** A file that the bank has brought, as it lies in its place. */
export interface InboundObject {
  readonly etag: string;
  readonly bytes: number;
  /** The bytes as Latin-1; undefined where there are too many. */
  readonly text: string | undefined;
  /** The first of them: as many as tell what the file is, or all. */
  readonly head: string;
}

/** @throws when the object isn't there */
export async function getInbound(key: string): Promise<InboundObject> {
  const { GetObjectCommand, HeadObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const s3 = awsClient(S3Client);
  const object = { Bucket: environment.uploadsBucket(), Key: key };
  const { ContentLength = 0, ETag = '' } = await s3.send(new HeadObjectCommand(object));
  const isTooLarge = ContentLength > MAX_INBOUND_BYTES;
  const part = isTooLarge ? { Range: HEAD } : {};
  // Another file may have taken its place since.
  const { Body } = await s3.send(new GetObjectCommand({ ...object, ...part, IfMatch: ETag }));
  const read = (await Body?.transformToString('latin1')) ?? '';
  return { etag: ETag, bytes: ContentLength, text: isTooLarge ? undefined : read, head: read };
}

/** Returns the tag of the object that lies in a place now; undefined where none does. */
export async function findEtag(key: string): Promise<string | undefined> {
  const { HeadObjectCommand, NotFound, S3Client } = await import('@aws-sdk/client-s3');
  try {
    const command = new HeadObjectCommand({ Bucket: environment.uploadsBucket(), Key: key });
    return (await awsClient(S3Client).send(command)).ETag;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}
