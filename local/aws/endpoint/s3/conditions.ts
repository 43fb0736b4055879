import { AwsError } from '../aws-error.ts';
import type { ObjectMetadata } from './object-metadata.ts';

export const READ_CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

type Headers = ReadonlyMap<string, string>;

function matchesEtag(condition: string, etag: string): boolean {
  if (condition.trim() === '*') return true;
  return condition.split(',').some((value) => value.trim().replace(/^W\//, '').replaceAll('"', '') === etag);
}

function preconditionFailed(Condition: string): AwsError {
  return new AwsError(
    'PreconditionFailed',
    412,
    'At least one of the pre-conditions you specified did not hold',
    { Condition },
  );
}

/** `false` means 304 Not Modified; a failed precondition throws. ETags win over dates (RFC 9110, 13.2.2). */
export function isWanted(headers: Headers, { etag, lastModified }: ObjectMetadata): boolean {
  const ifMatch = headers.get('if-match');
  const ifNoneMatch = headers.get('if-none-match');
  const modifiedSecond = Math.floor(Date.parse(lastModified) / 1000) * 1000;
  const unmodifiedSince = Date.parse(headers.get('if-unmodified-since') ?? '');
  const modifiedSince = Date.parse(headers.get('if-modified-since') ?? '');
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, etag)) throw preconditionFailed('If-Match');
  } else if (modifiedSecond > unmodifiedSince) throw preconditionFailed('If-Unmodified-Since');
  if (ifNoneMatch !== undefined) return !matchesEtag(ifNoneMatch, etag);
  return !(modifiedSecond <= modifiedSince);
}

/** Conditional writes: `If-None-Match: *` creates, `If-Match` replaces a known object. */
export function writeCondition(headers: Headers): (current: ObjectMetadata | undefined) => void {
  const ifMatch = headers.get('if-match');
  const ifNoneMatch = headers.get('if-none-match');
  return (current) => {
    if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
      throw new AwsError('NotImplemented', 501, 'If-None-Match must be * for writes.');
    }
    if (ifNoneMatch !== undefined && current) throw preconditionFailed('If-None-Match');
    if (ifMatch === undefined) return;
    if (!current) throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.');
    if (!matchesEtag(ifMatch, current.etag)) throw preconditionFailed('If-Match');
  };
}

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** Parses one range of `Range: bytes=…`; other units are ignored, as RFC 9110 allows and S3 does. */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined || !header.startsWith('bytes=')) return undefined;
  if (header.includes(','))
    throw new AwsError('NotImplemented', 501, 'Several ranges in one request are not implemented.');
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  const [, first = '', last = ''] = match ?? [];
  if (
    !match ||
    (first === '' && last === '') ||
    (first !== '' && last !== '' && Number(last) < Number(first))
  )
    return undefined;
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start < size && end >= start) return { start, end };
  throw new AwsError('InvalidRange', 416, 'The requested range is not satisfiable', {
    ActualObjectSize: String(size),
  });
}
