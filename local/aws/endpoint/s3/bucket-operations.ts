import { createHash } from 'node:crypto';
import { AwsError, notImplemented } from '../aws-error.ts';
import { encodeRfc3986 } from '../sigv4.ts';
import { childText, parseXml, type XmlValue } from '../xml.ts';
import { decodeToken, listKeys } from './listing.ts';
import type { ObjectMetadata } from './object-metadata.ts';
import { declaredChecksum, receiveDocument } from './payload.ts';
import { respondXml, type S3Call } from './s3-call.ts';

const PAGE_LIMIT = 1000;
/** 1,000 keys of 1,024 bytes, escaped. */
const DELETE_DOCUMENT_LIMIT_BYTES = 8 * 1024 * 1024;
/** Buckets come from a template, not from CreateBucket; some clients insist on a date. */
const CREATION_DATE = '2026-01-01T00:00:00.000Z';

function ownerOf(call: S3Call): { ID: string; DisplayName: string } {
  return {
    ID: createHash('sha256').update(call.account.accountId).digest('hex'),
    DisplayName: call.account.accountId,
  };
}

export function listBuckets(call: S3Call): void {
  const Bucket = call.objects.bucketNames().map((Name) => ({ Name, CreationDate: CREATION_DATE }));
  respondXml(call, 'ListAllMyBucketsResult', { Owner: ownerOf(call), Buckets: { Bucket } });
}

export function headBucket(call: S3Call): void {
  call.objects.bucket(call.bucket);
  call.response.writeHead(200, { 'x-amz-bucket-region': call.account.region }).end();
}

/** S3 gives no name to its first region. */
export function getBucketLocation(call: S3Call): void {
  call.objects.bucket(call.bucket);
  const { region } = call.account;
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region === 'us-east-1' ? '' : region}</LocationConstraint>`;
  call.response.writeHead(200, { 'Content-Type': 'application/xml' }).end(body);
}

function maxKeysOf(call: S3Call): number {
  const text = call.query.get('max-keys') ?? String(PAGE_LIMIT);
  if (!/^\d{1,9}$/.test(text))
    throw new AwsError('InvalidArgument', 400, 'Provided max-keys not an integer or within integer range');
  return Math.min(Number(text), PAGE_LIMIT);
}

function encodingOf({ query }: S3Call): {
  readonly encoding: string | undefined;
  encode(text: string): string;
} {
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url')
    throw new AwsError('InvalidArgument', 400, 'Invalid Encoding Method specified in Request');
  return {
    encoding,
    encode: (text) => (encoding === 'url' ? encodeRfc3986(text).replaceAll('%2F', '/') : text),
  };
}

/** Versions by key, the newest of each first. A page may end among the versions of a key. */
export function listObjectVersions(call: S3Call): void {
  const { query } = call;
  const index = call.objects.bucket(call.bucket);
  const { encoding, encode } = encodingOf(call);
  const prefix = query.get('prefix') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker');
  if (versionMarker !== undefined && keyMarker === '')
    throw new AwsError(
      'InvalidArgument',
      400,
      'A version-id marker cannot be specified without a key marker.',
    );
  const maxKeys = maxKeysOf(call);
  const all = index.versionedKeys().flatMap((key) => (key.startsWith(prefix) ? index.versionsOf(key) : []));
  const isAfterMarker = ({ key }: ObjectMetadata): boolean =>
    Buffer.compare(Buffer.from(key), Buffer.from(keyMarker)) > 0;
  const marked = all.findIndex(({ key, versionId }) => key === keyMarker && versionId === versionMarker);
  const start = marked >= 0 ? marked + 1 : keyMarker === '' ? 0 : all.findIndex(isAfterMarker);
  const rest = start < 0 ? [] : all.slice(start);
  const page = rest.slice(0, maxKeys);
  const last = rest.length > maxKeys ? page.at(-1) : undefined;
  respondXml(call, 'ListVersionsResult', {
    Name: call.bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(keyMarker),
    VersionIdMarker: versionMarker,
    NextKeyMarker: last && encode(last.key),
    NextVersionIdMarker: last?.versionId ?? (last && 'null'),
    MaxKeys: maxKeys,
    EncodingType: encoding,
    IsTruncated: last !== undefined,
    Version: page.map((metadata) => ({
      Key: encode(metadata.key),
      VersionId: metadata.versionId ?? 'null',
      IsLatest: index.get(metadata.key) === metadata,
      LastModified: metadata.lastModified,
      ETag: `"${metadata.etag}"`,
      Size: metadata.size,
      StorageClass: call.objects.storageClass(metadata),
      Owner: ownerOf(call),
    })),
  });
}

export function listObjectsV2(call: S3Call): void {
  const { query } = call;
  const index = call.objects.bucket(call.bucket);
  const { encoding, encode } = encodingOf(call);
  const token = query.get('continuation-token');
  const position =
    token === undefined ? { after: query.get('start-after') ?? '', afterPrefix: '' } : decodeToken(token);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxKeys = maxKeysOf(call);
  const page = listKeys(index.sortedKeys(), { prefix, delimiter, maxKeys, ...position });
  const startAfter = query.get('start-after');
  const withOwner = query.get('fetch-owner') === 'true';
  respondXml(call, 'ListBucketResult', {
    Name: call.bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: maxKeys,
    KeyCount: page.keys.length + page.commonPrefixes.length,
    IsTruncated: page.next !== undefined,
    ContinuationToken: token,
    NextContinuationToken: page.next,
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    EncodingType: encoding,
    Contents: page.keys.map((key) => {
      const metadata = call.objects.get(call.bucket, key);
      const { lastModified, etag, size, checksum } = metadata;
      return {
        Key: encode(key),
        LastModified: lastModified,
        ETag: `"${etag}"`,
        ChecksumAlgorithm: checksum?.algorithm.toUpperCase(),
        ChecksumType: checksum?.type,
        Size: size,
        StorageClass: call.objects.storageClass(metadata),
        Owner: withOwner ? ownerOf(call) : undefined,
      };
    }),
    CommonPrefixes: page.commonPrefixes.map((commonPrefix) => ({ Prefix: encode(commonPrefix) })),
  });
}

/** Each key succeeds or fails by itself; S3 demands a digest of the list. */
export async function deleteObjects(call: S3Call): Promise<void> {
  const { versioned } = call.objects.bucket(call.bucket);
  if (!call.headers.has('content-md5') && declaredChecksum(call) === undefined) {
    throw new AwsError(
      'InvalidRequest',
      400,
      'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    );
  }
  const document = parseXml(await receiveDocument(call, DELETE_DOCUMENT_LIMIT_BYTES));
  const items = document.children.filter(({ name }) => name === 'Object');
  if (document.name !== 'Delete' || items.length === 0 || items.length > PAGE_LIMIT) {
    throw new AwsError('MalformedXML', 400, 'The XML you provided was not well-formed or did not validate.');
  }
  const quiet = childText(document, 'Quiet') === 'true';
  const bypass = call.headers.get('x-amz-bypass-governance-retention') === 'true';
  const Deleted: XmlValue[] = [];
  const failures: XmlValue[] = [];
  for (const item of items) {
    const Key = childText(item, 'Key') ?? '';
    const VersionId = childText(item, 'VersionId');
    try {
      const unknown = item.children.find(({ name }) => name !== 'Key' && name !== 'VersionId');
      if (unknown) throw notImplemented(`The element ${unknown.name} of DeleteObjects`);
      call.objects.remove(call.bucket, Key, VersionId, bypass);
      Deleted.push({ Key, VersionId, DeleteMarker: VersionId === undefined && versioned ? true : undefined });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failures.push({ Key, VersionId, Code: error.code, Message: error.message });
    }
  }
  respondXml(call, 'DeleteResult', { Deleted: quiet ? [] : Deleted, Error: failures });
}
