import * as z from 'zod';
import { isUuid, type TenantId, type UploadId } from '#kernel/ids.ts';
import type { ObjectHead, ObjectVersion } from '#platform/storage/objects.ts';

const CreatedObject = z.object({
  key: z.string(),
  size: z.number().int().nonnegative().default(0),
  eTag: z.string().optional(),
  versionId: z.string().optional(),
  sequencer: z.string().optional(),
});

/** The message that S3 puts on the queue: created objects, or the test message that it sends when notifications are set up. */
export const S3Notification = z.union([
  z.object({ Event: z.literal('s3:TestEvent') }),
  z.object({
    Records: z.array(
      z.object({
        /** The instant at which the object was stored. */
        eventTime: z.string().optional(),
        // Absent where we announce an object again.
        userIdentity: z.object({ principalId: z.string() }).optional(),
        s3: z.object({ object: CreatedObject }),
      }),
    ),
  }),
]);

export interface StoredFile extends ObjectVersion {
  readonly bytes: number;
  /** The same for every delivery of an object's event, another for every other object or version. */
  readonly ref: string;
  /** The instant at which it was stored, RFC 3339. @default not known: when it is taken up */
  readonly storedAt?: string | undefined;
  /** The identity by which it was written, as S3 names it. */
  readonly principalId?: string | undefined;
}

export function storedFiles(notification: z.infer<typeof S3Notification>): StoredFile[] {
  if ('Event' in notification) return [];
  return notification.Records.map(({ eventTime, userIdentity, s3: { object } }) => ({
    storedAt: eventTime,
    // URL-encoded as a form is: a space is a plus.
    key: decodeURIComponent(object.key.replaceAll('+', ' ')),
    versionId: object.versionId,
    bytes: object.size,
    ref: object.versionId ?? `${object.eTag}:${object.sequencer}`,
    principalId: userIdentity?.principalId,
  }));
}

/** Returns the object of an upload, in the version whose reference it has; the newest, before it has any. */
export function storedVersion(key: string, ref: string | null): ObjectVersion {
  return { key, versionId: ref === null || ref.includes(':') ? undefined : ref };
}

/** Makes the message by which S3 announces an object, of one that was announced before. */
export function notificationOf(
  key: string,
  {
    bytes,
    versionId,
    storedAt,
  }: Pick<ObjectHead, 'bytes' | 'versionId'> & Partial<Pick<ObjectHead, 'storedAt'>>,
  ref: string | null,
): z.input<typeof S3Notification> {
  const [eTag = '', sequencer = ''] = ref?.split(':') ?? [];
  const identity = versionId === undefined ? { eTag, sequencer } : { versionId };
  const encoded = encodeURIComponent(key).replaceAll('%20', '+');
  return {
    Records: [
      { eventTime: storedAt?.toISOString(), s3: { object: { key: encoded, size: bytes, ...identity } } },
    ],
  };
}

/** The way by which a file arrived. */
export type Door =
  | { readonly door: 'incoming'; readonly tenantId: TenantId; readonly uploadId: UploadId }
  /** `folder` is what stands between the slug and the name. */
  | { readonly door: 'drop'; readonly slug: string; readonly folder: string; readonly filename: string };

/** Never made of a file's name. */
export function incomingKey(tenantId: TenantId, uploadId: UploadId): string {
  return `incoming/${tenantId}/${uploadId}`;
}

export function errorsKey(tenantId: TenantId, uploadId: UploadId): string {
  return `errors/${tenantId}/${uploadId}.csv`;
}

/** The list of what a file that waits would change. It ends with the errors files. */
export function changesKey(tenantId: TenantId, uploadId: UploadId): string {
  return `errors/${tenantId}/${uploadId}-changes.csv`;
}

/** Returns undefined for an object that is no uploaded file, such as the empty objects by which consoles show folders. */
export function doorOf(key: string): Door | undefined {
  const [root, owner = '', ...rest] = key.split('/');
  const name = rest.at(-1) ?? '';
  if (root === 'incoming' && rest.length === 1 && isUuid(owner) && isUuid(name))
    return { door: 'incoming', tenantId: owner as TenantId, uploadId: name as UploadId };
  if (root === 'drop' && owner !== '' && name !== '')
    return { door: 'drop', slug: owner, folder: rest.slice(0, -1).join('/'), filename: displayName(name) };
  return undefined;
}

const MAX_FILENAME = 255;

/** S3 takes any characters in a key. */
function displayName(name: string): string {
  return name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd').slice(0, MAX_FILENAME);
}
