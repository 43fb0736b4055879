import { closeSync, createReadStream, readSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../aws-error.ts';
import { createChecksum, isChecksumAlgorithm } from '../checksums.ts';
import { decodeText, parseQuery } from '../sigv4.ts';
import { type ByteRange, isWanted, parseRange, writeCondition } from './conditions.ts';
import { writeHashed } from './hashed-file.ts';
import { identityHeaders, objectHeaders, requestedLock, storedHeaders } from './object-headers.ts';
import type { ObjectDraft, ObjectMetadata } from './object-metadata.ts';
import type { ObjectStore, OpenedObject } from './object-store.ts';
import { withReceivedFile } from './payload.ts';
import { respondXml, type S3Call, writerOf } from './s3-call.ts';
import { assertReadable } from './storage-class.ts';

/** One read and one write are faster than a stream below this size. */
const SMALL_BYTES = 128 * 1024;
const READ_CHUNK_BYTES = 512 * 1024;

export async function putObject(call: S3Call): Promise<void> {
  call.objects.bucket(call.bucket);
  const headers = storedHeaders(call);
  const lock = requestedLock(call);
  const metadata = await withReceivedFile(call, (path, { size, etag, checksum }) => {
    if (lock && !checksum && !call.headers.has('content-md5')) {
      const message =
        'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters';
      throw new AwsError('InvalidRequest', 400, message);
    }
    const draft: ObjectDraft = {
      ...{ bucket: call.bucket, key: call.key, size, etag, headers },
      ...(checksum && { checksum: { ...checksum, type: 'FULL_OBJECT' } }),
      ...(lock && { lock }),
      ...writerOf(call),
    };
    return call.objects.commit(draft, path, 'Put', writeCondition(call.headers));
  });
  call.response.writeHead(200, identityHeaders(metadata, true)).end();
}

const OVERRIDES = [
  'content-type',
  'content-language',
  'content-disposition',
  'content-encoding',
  'expires',
  'cache-control',
];

/** Returns `response-content-disposition` and similar parameters, which override the object's own headers. */
function overriddenHeaders(call: S3Call): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = call.query.get(`response-${name}`);
    if (value !== undefined) overrides[name] = value;
  }
  return overrides;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | number>;
  readonly range: ByteRange | undefined;
}

function answerFor(call: S3Call, metadata: ObjectMetadata): Answer {
  const range = parseRange(call.headers.get('range'), metadata.size);
  const withChecksum =
    call.headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && range === undefined;
  const storageClass = call.objects.storageClass(metadata);
  const headers = { ...objectHeaders(metadata, { withChecksum, storageClass }), ...overriddenHeaders(call) };
  if (!isWanted(call.headers, metadata))
    return { status: 304, headers: identityHeaders(metadata, false), range: undefined };
  if (range === undefined)
    return { status: 200, headers: { ...headers, 'Content-Length': metadata.size }, range };
  const { start, end } = range;
  const contentRange = `bytes ${start}-${end}/${metadata.size}`;
  return {
    status: 206,
    headers: { ...headers, 'Content-Length': end - start + 1, 'Content-Range': contentRange },
    range,
  };
}

export function headObject(call: S3Call): void {
  const { status, headers } = answerFor(
    call,
    call.objects.get(call.bucket, call.key, call.query.get('versionId')),
  );
  call.response.writeHead(status, headers).end();
}

function openReadable(
  objects: ObjectStore,
  ...[bucket, key, versionId]: Parameters<ObjectStore['open']>
): OpenedObject {
  assertReadable(objects.storageClass(objects.get(bucket, key, versionId)));
  return objects.open(bucket, key, versionId);
}

export async function getObject(call: S3Call): Promise<void> {
  const opened = openReadable(call.objects, call.bucket, call.key, call.query.get('versionId'));
  let answer: Answer;
  try {
    answer = answerFor(call, opened.metadata);
  } catch (error) {
    closeSync(opened.fd);
    throw error;
  }
  call.response.writeHead(answer.status, answer.headers);
  if (answer.status === 304) closeSync(opened.fd);
  await (answer.status === 304 ? call.response.end() : sendFile(call, opened, answer.range));
}

async function sendFile(
  call: S3Call,
  { fd, metadata }: OpenedObject,
  range: ByteRange | undefined,
): Promise<void> {
  const { start, end } = range ?? { start: 0, end: metadata.size - 1 };
  const length = end - start + 1;
  if (length > SMALL_BYTES) {
    const file = createReadStream('', { fd, start, end, highWaterMark: READ_CHUNK_BYTES });
    await pipeline(file, call.response);
    return;
  }
  try {
    const bytes = Buffer.allocUnsafe(length);
    if (length > 0 && readSync(fd, bytes, 0, length, start) !== length)
      throw new Error(`object ${metadata.key} was truncated`);
    call.response.end(bytes);
  } finally {
    closeSync(fd);
  }
}

export function deleteObject(call: S3Call): void {
  const versionId = call.query.get('versionId');
  const bypass = call.headers.get('x-amz-bypass-governance-retention') === 'true';
  const removed = call.objects.remove(call.bucket, call.key, versionId, bypass);
  const hidden = versionId === undefined && call.objects.bucket(call.bucket).versioned;
  call.response
    .writeHead(204, {
      ...(hidden && { 'x-amz-delete-marker': 'true' }),
      ...(versionId !== undefined && removed && { 'x-amz-version-id': versionId }),
    })
    .end();
}

interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

function copySource(call: S3Call): CopySource {
  const [path = '', query = ''] = (call.headers.get('x-amz-copy-source') ?? '').split('?');
  const [bucket = '', ...key] = decodeText(path).replace(/^\//, '').split('/');
  const versionId = new Map(parseQuery(query)).get('versionId');
  if (bucket !== '' && key.length > 0) return { bucket, key: key.join('/'), versionId };
  throw new AwsError(
    'InvalidArgument',
    400,
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
  );
}

export async function copyObject(call: S3Call): Promise<void> {
  const source = copySource(call);
  const replace = call.headers.get('x-amz-metadata-directive') === 'REPLACE';
  if (
    !replace &&
    source.bucket === call.bucket &&
    source.key === call.key &&
    source.versionId === undefined
  ) {
    throw new AwsError(
      'InvalidRequest',
      400,
      'This copy request is illegal because it copies an object to itself unchanged.',
    );
  }
  call.objects.bucket(call.bucket);
  const lock = requestedLock(call);
  const requested = call.headers.get('x-amz-checksum-algorithm')?.toLowerCase();
  const { metadata: original, fd } = openReadable(call.objects, source.bucket, source.key, source.versionId);
  const algorithm = requested ?? original.checksum?.algorithm;
  const checksum =
    algorithm !== undefined && isChecksumAlgorithm(algorithm)
      ? { algorithm, running: createChecksum(algorithm) }
      : undefined;
  const temporary = call.objects.temporaryPath();
  try {
    const file = createReadStream('', { fd, start: 0, highWaterMark: READ_CHUNK_BYTES });
    const { size, md5 } = await writeHashed(file, temporary, (chunk) => checksum?.running.update(chunk));
    const draft: ObjectDraft = {
      ...{ bucket: call.bucket, key: call.key, size, etag: md5.toString('hex') },
      headers: replace ? storedHeaders(call) : original.headers,
      ...(checksum && {
        checksum: {
          algorithm: checksum.algorithm,
          value: checksum.running.digest().toString('base64'),
          type: 'FULL_OBJECT',
        },
      }),
      ...(lock && { lock }),
      ...writerOf(call),
    };
    const metadata = call.objects.commit(draft, temporary, 'Copy', writeCondition(call.headers));
    if (metadata.versionId) call.response.setHeader('x-amz-version-id', metadata.versionId);
    if (original.versionId) call.response.setHeader('x-amz-copy-source-version-id', original.versionId);
    respondXml(call, 'CopyObjectResult', { LastModified: metadata.lastModified, ETag: `"${metadata.etag}"` });
  } finally {
    rmSync(temporary, { force: true });
  }
}
