import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { AwsError, notImplemented } from '../aws-error.ts';
import { type ChecksumAlgorithm, createChecksum, isChecksumAlgorithm } from '../checksums.ts';
import { childText, parseXml, type XmlNode } from '../xml.ts';
import { writeCondition } from './conditions.ts';
import { writeHashed } from './hashed-file.ts';
import type { MultipartUpload, UploadedPart } from './multipart-store.ts';
import { requestedLock, storedHeaders } from './object-headers.ts';
import type { ChecksumType, ObjectDraft, ObjectMetadata, StoredChecksum } from './object-metadata.ts';
import { declaredChecksum, receiveDocument, withReceivedFile } from './payload.ts';
import { respondXml, type S3Call, writerOf } from './s3-call.ts';

const PART_LIMIT = 10_000;
const MIN_PART_BYTES = 5 * 1024 * 1024;
const COMPLETE_DOCUMENT_LIMIT_BYTES = 4 * 1024 * 1024;
const READ_CHUNK_BYTES = 512 * 1024;

function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequest', 400, message);
}

function requestedChecksum(call: S3Call): MultipartUpload['checksum'] {
  const algorithm = call.headers.get('x-amz-checksum-algorithm')?.toLowerCase();
  const type = call.headers.get('x-amz-checksum-type')?.toUpperCase();
  if (algorithm === undefined) {
    if (type === undefined) return undefined;
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  if (!isChecksumAlgorithm(algorithm)) throw notImplemented(`The checksum algorithm ${algorithm}`);
  const allowed: ChecksumType[] =
    algorithm === 'crc64nvme'
      ? ['FULL_OBJECT']
      : algorithm.startsWith('sha')
        ? ['COMPOSITE']
        : ['COMPOSITE', 'FULL_OBJECT'];
  const chosen = type === undefined ? allowed[0] : allowed.find((candidate) => candidate === type);
  if (chosen) return { algorithm, type: chosen };
  throw invalidRequest(`The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
}

export function createMultipartUpload(call: S3Call): void {
  call.objects.bucket(call.bucket);
  const checksum = requestedChecksum(call);
  const lock = requestedLock(call);
  const { bucket, key } = call;
  const upload = call.uploads.create({
    bucket,
    key,
    headers: storedHeaders(call),
    ...(checksum && { checksum }),
    ...(lock && { lock }),
  });
  if (checksum) {
    call.response.setHeader('x-amz-checksum-algorithm', checksum.algorithm.toUpperCase());
    call.response.setHeader('x-amz-checksum-type', checksum.type);
  }
  respondXml(call, 'InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: upload.id });
}

function uploadOf(call: S3Call): MultipartUpload {
  return call.uploads.get(call.query.get('uploadId') ?? '', call.bucket, call.key);
}

function checkAlgorithm(upload: MultipartUpload, algorithm: ChecksumAlgorithm | undefined): void {
  // An upload begun without a checksum takes parts with any; the other way around S3 refuses.
  if (upload.checksum === undefined || upload.checksum.algorithm === algorithm) return;
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksum.algorithm}, actual checksum Type: ${algorithm ?? 'null'}`,
  );
}

export async function uploadPart(call: S3Call): Promise<void> {
  const upload = uploadOf(call);
  const number = Number(call.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > PART_LIMIT) {
    throw new AwsError(
      'InvalidArgument',
      400,
      `Part number must be an integer between 1 and ${PART_LIMIT}, inclusive`,
    );
  }
  checkAlgorithm(upload, declaredChecksum(call));
  const part = await withReceivedFile(call, (path, payload) =>
    call.uploads.addPart(upload, number, path, payload),
  );
  const checksum = part.checksum && { [`x-amz-checksum-${part.checksum.algorithm}`]: part.checksum.value };
  call.response.writeHead(200, { ETag: `"${part.etag}"`, ...checksum }).end();
}

export function abortMultipartUpload(call: S3Call): void {
  call.uploads.remove(uploadOf(call).id);
  call.response.writeHead(204).end();
}

function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm.toUpperCase()}`;
}

export function listParts(call: S3Call): void {
  const upload = uploadOf(call);
  const marker = Number(call.query.get('part-number-marker') ?? 0);
  const limit = Math.min(Number(call.query.get('max-parts') ?? 1000), 1000);
  if (!Number.isInteger(marker) || !Number.isInteger(limit) || limit < 0) {
    throw new AwsError('InvalidArgument', 400, 'max-parts and part-number-marker must be integers');
  }
  const after = call.uploads.parts(upload.id).filter(({ number }) => number > marker);
  const page = after.slice(0, limit);
  respondXml(call, 'ListPartsResult', {
    Bucket: call.bucket,
    Key: call.key,
    UploadId: upload.id,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.number,
    MaxParts: limit,
    IsTruncated: after.length > page.length,
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: upload.checksum?.algorithm.toUpperCase(),
    ChecksumType: upload.checksum?.type,
    Part: page.map(({ number, lastModified, etag, size, checksum }) => ({
      PartNumber: number,
      LastModified: lastModified,
      ETag: `"${etag}"`,
      Size: size,
      ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.value }),
    })),
  });
}

function invalidPart(number: number): AwsError {
  return new AwsError(
    'InvalidPart',
    400,
    'One or more of the specified parts could not be found. The part may not have been uploaded, or its entity tag may not match.',
    { PartNumber: String(number) },
  );
}

function namedPart(
  node: XmlNode,
  upload: MultipartUpload,
  stored: ReadonlyMap<number, UploadedPart>,
): UploadedPart {
  const number = Number(childText(node, 'PartNumber'));
  const part = stored.get(number);
  if (part === undefined || childText(node, 'ETag')?.replaceAll('"', '') !== part.etag)
    throw invalidPart(number);
  for (const { name, text } of node.children.filter((child) => child.name.startsWith('Checksum'))) {
    if (!part.checksum || name !== checksumElement(part.checksum.algorithm) || text !== part.checksum.value)
      throw invalidPart(number);
  }
  const { algorithm, type } = upload.checksum ?? {};
  if (algorithm && type === 'COMPOSITE' && childText(node, checksumElement(algorithm)) === undefined) {
    throw invalidRequest(
      `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
    );
  }
  return part;
}

/** The parts a CompleteMultipartUpload document names: known, unchanged, ascending, and big enough but for the last. */
function namedParts(call: S3Call, upload: MultipartUpload, document: string): UploadedPart[] {
  const root = parseXml(document);
  const nodes = root.children.filter(({ name }) => name === 'Part');
  if (root.name !== 'CompleteMultipartUpload' || nodes.length === 0 || nodes.length > PART_LIMIT) {
    throw new AwsError('MalformedXML', 400, 'The XML you provided was not well-formed or did not validate.');
  }
  const stored = new Map(call.uploads.parts(upload.id).map((part) => [part.number, part]));
  const parts = nodes.map((node) => namedPart(node, upload, stored));
  if (parts.some((part, index) => index > 0 && part.number <= (parts[index - 1] as UploadedPart).number)) {
    throw new AwsError(
      'InvalidPartOrder',
      400,
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  const small = parts.slice(0, -1).find(({ size }) => size < MIN_PART_BYTES);
  if (small === undefined) return parts;
  throw new AwsError('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', {
    PartNumber: String(small.number),
    ProposedSize: String(small.size),
    MinSizeAllowed: String(MIN_PART_BYTES),
  });
}

async function* bytesOf(
  call: S3Call,
  upload: MultipartUpload,
  parts: readonly UploadedPart[],
): AsyncGenerator<Buffer> {
  for (const part of parts) {
    yield* createReadStream(call.uploads.partPath(upload.id, part), { highWaterMark: READ_CHUNK_BYTES });
  }
}

function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly UploadedPart[]): string {
  const composite = createChecksum(algorithm);
  for (const { checksum } of parts) composite.update(Buffer.from(checksum?.value ?? '', 'base64'));
  return `${composite.digest().toString('base64')}-${parts.length}`;
}

function compositeEtag(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(Buffer.from(etag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

async function assemble(
  call: S3Call,
  upload: MultipartUpload,
  parts: readonly UploadedPart[],
): Promise<ObjectMetadata> {
  const { algorithm, type } = upload.checksum ?? {};
  const running = algorithm && type === 'FULL_OBJECT' ? createChecksum(algorithm) : undefined;
  const temporary = call.objects.temporaryPath();
  try {
    const { size } = await writeHashed(bytesOf(call, upload, parts), temporary, (chunk) =>
      running?.update(chunk),
    );
    const expectedSize = call.headers.get('x-amz-mp-object-size');
    if (expectedSize !== undefined && Number(expectedSize) !== size) {
      throw invalidRequest(
        `The provided 'x-amz-mp-object-size' header value ${expectedSize} does not match what was computed: ${size}`,
      );
    }
    let checksum: StoredChecksum | undefined;
    if (algorithm && type) {
      const value = running ? running.digest().toString('base64') : compositeChecksum(algorithm, parts);
      const expected = call.headers.get(`x-amz-checksum-${algorithm}`);
      if (expected !== undefined && expected !== value) {
        throw new AwsError(
          'BadDigest',
          400,
          `The ${algorithm} you specified did not match the calculated checksum.`,
        );
      }
      checksum = { algorithm, value, type };
    }
    uploadOf(call); // It may have been aborted or completed while its parts were read.
    const draft: ObjectDraft = {
      ...{
        bucket: upload.bucket,
        key: upload.key,
        size,
        etag: compositeEtag(parts),
        headers: upload.headers,
      },
      ...(checksum && { checksum }),
      ...(upload.lock && { lock: upload.lock }),
      uploadId: upload.id,
      ...writerOf(call),
    };
    return call.objects.commit(draft, temporary, 'CompleteMultipartUpload', writeCondition(call.headers));
  } finally {
    rmSync(temporary, { force: true });
  }
}

export async function completeMultipartUpload(call: S3Call): Promise<void> {
  const id = call.query.get('uploadId') ?? '';
  const current = call.objects.bucket(call.bucket).get(call.key);
  // Completing again is harmless, as on S3: the first answer may have been lost.
  const repeated = !call.uploads.has(id) && current?.uploadId === id ? current : undefined;
  const upload = repeated ? undefined : uploadOf(call);
  const document = await receiveDocument(call, COMPLETE_DOCUMENT_LIMIT_BYTES);
  const metadata = repeated ?? (upload && (await assemble(call, upload, namedParts(call, upload, document))));
  if (metadata === undefined) throw new Error('an upload is either open or completed');
  call.uploads.remove(id);
  if (metadata.versionId) call.response.setHeader('x-amz-version-id', metadata.versionId);
  respondXml(call, 'CompleteMultipartUploadResult', {
    Location: `http://${call.headers.get('host') ?? ''}/${call.bucket}/${call.key}`,
    Bucket: call.bucket,
    Key: call.key,
    ETag: `"${metadata.etag}"`,
    ...(metadata.checksum && {
      [checksumElement(metadata.checksum.algorithm)]: metadata.checksum.value,
      ChecksumType: metadata.checksum.type,
    }),
  });
}
