import { AwsError } from '../aws-error.ts';
import type { ObjectLock, ObjectMetadata } from './object-metadata.ts';
import type { S3Call } from './s3-call.ts';

const CONTENT_HEADERS = [
  'content-type',
  'content-disposition',
  'content-language',
  'cache-control',
  'expires',
];
const USER_METADATA_LIMIT_BYTES = 2048;

export const LOCK_HEADERS = [
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
  'x-amz-object-lock-legal-hold',
];

/** The headers of a request that become part of the object. */
export function storedHeaders({ headers }: Pick<S3Call, 'headers'>): Record<string, string> {
  const stored: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let userBytes = 0;
  for (const [name, value] of headers) {
    if (CONTENT_HEADERS.includes(name) && value !== '') stored[name] = value;
    if (!name.startsWith('x-amz-meta-')) continue;
    stored[name] = value;
    userBytes += name.length - 'x-amz-meta-'.length + Buffer.byteLength(value);
  }
  if (userBytes > USER_METADATA_LIMIT_BYTES) {
    throw new AwsError(
      'MetadataTooLarge',
      400,
      'Your metadata headers exceed the maximum allowed metadata size',
    );
  }
  const encodings = (headers.get('content-encoding') ?? '').split(',').map((encoding) => encoding.trim());
  const kept = encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked');
  if (kept.length > 0) stored['content-encoding'] = kept.join(', ');
  return stored;
}

function invalidArgument(message: string): AwsError {
  return new AwsError('InvalidArgument', 400, message);
}

/** Object Lock as the request asks for it; only versioned buckets have it, as on S3. */
export function requestedLock(call: S3Call): ObjectLock | undefined {
  const [mode, until, legalHold] = LOCK_HEADERS.map((name) => call.headers.get(name));
  if (mode === undefined && until === undefined && legalHold === undefined) return undefined;
  if (!call.objects.bucket(call.bucket).versioned) {
    throw new AwsError('InvalidRequest', 400, 'Bucket is missing Object Lock Configuration');
  }
  if ((mode === undefined) !== (until === undefined)) {
    throw invalidArgument(
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  if (mode !== undefined && mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE')
    throw invalidArgument('Unknown wormMode directive.');
  if (legalHold !== undefined && legalHold !== 'ON' && legalHold !== 'OFF')
    throw invalidArgument('Legal Hold must be either of ON or OFF');
  const instant = until === undefined ? undefined : Date.parse(until);
  if (instant !== undefined && !(instant > Date.now()))
    throw invalidArgument('The retain until date must be in the future!');
  return {
    ...(mode && { mode }),
    ...(instant === undefined ? {} : { retainUntil: new Date(instant).toISOString() }),
    ...(legalHold && { legalHold }),
  };
}

/** Returns the version and checksum headers of an answer about a stored object. */
export function identityHeaders(
  { etag, versionId, checksum }: ObjectMetadata,
  withChecksum: boolean,
): Record<string, string> {
  return {
    ETag: `"${etag}"`,
    ...(versionId && { 'x-amz-version-id': versionId }),
    ...(withChecksum &&
      checksum && {
        [`x-amz-checksum-${checksum.algorithm}`]: checksum.value,
        'x-amz-checksum-type': checksum.type,
      }),
  };
}

/** Returns all headers that GetObject and HeadObject give an object, except length and range. */
export function objectHeaders(
  metadata: ObjectMetadata,
  { withChecksum, storageClass }: { readonly withChecksum: boolean; readonly storageClass: string },
): Record<string, string> {
  const { mode, retainUntil, legalHold } = metadata.lock ?? {};
  return {
    ...metadata.headers,
    ...identityHeaders(metadata, withChecksum),
    'Last-Modified': new Date(metadata.lastModified).toUTCString(),
    'Accept-Ranges': 'bytes',
    // S3 doesn't name the standard class here.
    ...(storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': storageClass }),
    ...(mode && { 'x-amz-object-lock-mode': mode }),
    ...(retainUntil && { 'x-amz-object-lock-retain-until-date': retainUntil }),
    ...(legalHold && { 'x-amz-object-lock-legal-hold': legalHold }),
  };
}
