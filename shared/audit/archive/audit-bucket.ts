import type { ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import { auditEnvironment } from '#audit/archive/audit-environment.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { isMissing, s3 } from '#platform/storage/objects.ts';
import type { ArchivedObject, AuditArchive } from './audit-archive.ts';

/** The audit bucket, or another copy of it. */
export function bucketArchive(bucket: string = auditEnvironment.auditBucket()): AuditArchive {
  return {
    async *list(prefix) {
      const { sdk, client } = await s3();
      // Versions come by key, the newest first: a key is whole once the next one begins.
      let current: ArchivedObject | undefined;
      let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
      while (marker !== undefined) {
        const page: ListObjectVersionsCommandOutput = await client.send(
          new sdk.ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...marker }),
        );
        for (const { Key = '', VersionId = null, IsLatest = false } of page.Versions ?? []) {
          if (current !== undefined && current.key !== Key) yield current;
          const isReplaced = !IsLatest || current?.key === Key;
          current = { key: Key, firstVersionId: VersionId, isReplaced };
        }
        const { IsTruncated, NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
        marker = IsTruncated === true ? { KeyMarker, VersionIdMarker } : undefined;
      }
      if (current !== undefined) yield current;
    },
    async read(key, versionId) {
      const { sdk, client } = await s3();
      try {
        const version = versionId == null ? {} : { VersionId: versionId };
        const { Body } = await client.send(
          new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...version }),
        );
        return Body as unknown as AsyncIterable<Uint8Array>;
      } catch (error) {
        if (isMissing(error)) return undefined;
        if (error instanceof Error && error.name === 'InvalidObjectState') throw needsRestore(key);
        throw error;
      }
    },
  };
}

/** Somebody has moved the object by hand: the rules of our bucket know only a class that is read at once. */
function needsRestore(key: string): DomainError {
  return new DomainError(
    'needs-restore',
    `${key} is in a storage class that is read only after a restore: see docs/runbooks/audit-verification.md.`,
  );
}

export interface LockedPut {
  readonly key: string;
  readonly body: Buffer;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly contentType: string;
  readonly retainUntil: Date;
  /** Whether it is refused when the key is taken. @default false */
  readonly onlyIfAbsent?: boolean;
}

/** Stores an object that nobody can change or remove before its retention ends. Returns undefined if the key is taken. */
export async function putLocked(put: LockedPut): Promise<{ versionId: string | null } | undefined> {
  const { sdk, client } = await s3();
  try {
    const { VersionId } = await client.send(
      new sdk.PutObjectCommand({
        Bucket: auditEnvironment.auditBucket(),
        Key: put.key,
        Body: put.body,
        ContentLength: put.body.length,
        ContentType: put.contentType,
        ChecksumSHA256: Buffer.from(put.sha256, 'hex').toString('base64'),
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: put.retainUntil,
        ...(put.onlyIfAbsent === true ? { IfNoneMatch: '*' } : {}),
      }),
    );
    return { versionId: VersionId ?? null };
  } catch (error) {
    if (error instanceof Error && error.name === 'PreconditionFailed') return undefined;
    throw error;
  }
}
