import { AwsError } from '../aws-error.ts';
import type { ObjectMetadata } from './object-metadata.ts';
import type { BucketNotification, BucketSpec, CreationKind } from './object-store.ts';

export interface NotificationContext {
  readonly region: string;
  readonly accountId: string;
  readonly buckets: readonly BucketSpec[];
  nameOfQueueArn(arn: string): string | undefined;
  send(queueName: string, body: string): void;
}

const CREATION_EVENTS = ['*', 'Put', 'Copy', 'CompleteMultipartUpload', 'Post'].map(
  (kind) => `s3:ObjectCreated:${kind}`,
);

/** Encodes a key as in S3's events: URL-encoded, spaces as `+`, slashes kept. */
function encodeEventKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
}

function matches(
  { events, prefix = '', suffix = '' }: BucketNotification,
  key: string,
  kind: CreationKind,
): boolean {
  const wanted = events.includes('s3:ObjectCreated:*') || events.includes(`s3:ObjectCreated:${kind}`);
  return wanted && key.startsWith(prefix) && key.endsWith(suffix);
}

function notificationBody(
  context: NotificationContext,
  metadata: ObjectMetadata,
  kind: CreationKind,
): string {
  const { bucket, key, size, etag, versionId, sequencer, lastModified, writtenBy } = metadata;
  const owner = context.accountId;
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: context.region,
    eventTime: lastModified,
    eventName: `ObjectCreated:${kind}`,
    userIdentity: { principalId: writtenBy ?? owner },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': sequencer, 'x-amz-id-2': sequencer },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'local',
      bucket: { name: bucket, ownerIdentity: { principalId: owner }, arn: `arn:aws:s3:::${bucket}` },
      object: { key: encodeEventKey(key), size, eTag: etag, ...(versionId && { versionId }), sequencer },
    },
  };
  return JSON.stringify({ Records: [record] });
}

/** Throws when a bucket wants an event we can't send or names a queue that doesn't exist. */
export function createNotifier(
  context: NotificationContext,
): (metadata: ObjectMetadata, kind: CreationKind) => void {
  for (const { name, notifications } of context.buckets) {
    for (const { queueArn, events } of notifications) {
      const unknown = events.find((event) => !CREATION_EVENTS.includes(event));
      if (unknown !== undefined)
        throw new Error(`bucket ${name}: the event ${unknown} is not implemented locally`);
      if (context.nameOfQueueArn(queueArn) === undefined)
        throw new Error(`bucket ${name}: no queue ${queueArn}`);
    }
  }
  return (metadata, kind) => {
    const bucket = context.buckets.find(({ name }) => name === metadata.bucket);
    for (const notification of bucket?.notifications ?? []) {
      if (!matches(notification, metadata.key, kind)) continue;
      const queueName = context.nameOfQueueArn(notification.queueArn);
      if (queueName === undefined)
        throw new AwsError('InternalError', 500, `no queue ${notification.queueArn}`);
      context.send(queueName, notificationBody(context, metadata, kind));
    }
  };
}
