import { AwsError } from '../aws-error.ts';
import type { ChecksumAlgorithm } from '../checksums.ts';

/** A received body whose every declared digest has been verified. */
export interface Payload {
  readonly size: number;
  readonly etag: string;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends in `-<number of parts>`. */
  readonly value: string;
  readonly type: ChecksumType;
}

export interface ObjectLock {
  readonly mode?: 'GOVERNANCE' | 'COMPLIANCE';
  /** ISO 8601. */
  readonly retainUntil?: string;
  readonly legalHold?: 'ON' | 'OFF';
}

/** The part of an object that its writer decides; the store adds time, version and sequencer. */
export interface ObjectDraft {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  /** The ETag without quotes: hex MD5, or `md5-of-md5s-N` for multipart uploads. */
  readonly etag: string;
  /** Headers returned as they came: `content-type`, …, `x-amz-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum?: StoredChecksum;
  readonly lock?: ObjectLock;
  /** The multipart upload it was completed from, so that completing again gives the same answer. */
  readonly uploadId?: string;
  /** The id of the role or user that wrote it; absent where the owner of the account did. */
  readonly writtenBy?: string;
}

export interface ObjectMetadata extends ObjectDraft {
  /** ISO 8601. */
  readonly lastModified: string;
  /** The time of the platform's clock, ISO 8601, if that was ahead: the age of the object counts from it. */
  readonly storedAt?: string;
  /** Upper-case hex of fixed length that orders the writes of all objects. */
  readonly sequencer: string;
  /** Only in versioned buckets. */
  readonly versionId?: string;
}

/** Throws `AccessDenied` while a legal hold or an unexpired retention protects the object. */
export function assertUnlocked({ lock }: ObjectMetadata, bypassGovernance: boolean, now = Date.now()): void {
  if (lock === undefined) return;
  const retained = lock.retainUntil !== undefined && Date.parse(lock.retainUntil) > now;
  const bypassed = bypassGovernance && lock.mode === 'GOVERNANCE';
  if (lock.legalHold === 'ON' || (retained && !bypassed)) {
    throw new AwsError('AccessDenied', 403, 'Access Denied because object protected by object lock.');
  }
}
