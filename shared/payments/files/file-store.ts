import { awsClient } from '#platform/aws/client.ts';
import { environment } from '#platform/environment.ts';

/** A file has the returns of one day and bank; a larger file isn't one of ours. */
const MAX_INBOUND_BYTES = 100_000_000;

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

/** @throws when the object isn't there or too large */
export async function getInbound(key: string): Promise<string> {
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const { Body, ContentLength = 0 } = await awsClient(S3Client).send(
    new GetObjectCommand({ Bucket: environment.uploadsBucket(), Key: key }),
  );
  if (ContentLength > MAX_INBOUND_BYTES || Body === undefined)
    throw new Error(`${key} has ${ContentLength} bytes`);
  return Body.transformToString('latin1');
}
