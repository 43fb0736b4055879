import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import type { Principal } from './iam/principal.ts';
import type { Principals } from './iam/principals.ts';

/** The key pairs and the region that this endpoint accepts. */
export interface EndpointCredentials {
  readonly principals: Principals;
  readonly region: string;
}

/** A request as it stood on the wire: `path` still percent-encoded, query decoded in its order of arrival. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
}

export interface Authorization {
  /** The place of the signature; `query` means a presigned URL. */
  readonly kind: 'header' | 'query';
  readonly service: string;
  readonly principal: Principal;
  readonly signedHeaders: ReadonlySet<string>;
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly amzDate: string;
  readonly scope: string;
  readonly signingKey: Buffer;
  /** Hex SHA-256 of the body, `UNSIGNED-PAYLOAD` or a `STREAMING-…` marker; absent when the client left it out. */
  readonly payloadHash: string | undefined;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const CLOCK_SKEW_MS = 15 * 60_000;
const EXPIRES_LIMIT_SECONDS = 7 * 24 * 3600;
const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** RFC 3986 encoding as SigV4 wants it: everything but letters, digits, `-._~`. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Splits `?a=b&c` without losing order or repeated names; a malformed escape is the client's error. */
export function parseQuery(rawQuery: string): [string, string][] {
  if (rawQuery === '') return [];
  return rawQuery.split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [decodeText(name.replaceAll('+', ' ')), decodeText(value.join('=').replaceAll('+', ' '))];
  });
}

export function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
  }
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Clients sign with a key for a day and service: to derive it for each request anew took as long as all the rest of a check. */
const signingKeys = new Map<string, Buffer>();
const SIGNING_KEYS_LIMIT = 1_000;

function signingKeyOf(secretAccessKey: string, scope: string): Buffer {
  const name = `${secretAccessKey}/${scope}`;
  const known = signingKeys.get(name);
  if (known !== undefined) return known;
  const key = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
  if (signingKeys.size >= SIGNING_KEYS_LIMIT) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}

function equal(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

function malformed(reason: string): AwsError {
  return new AwsError('AuthorizationHeaderMalformed', 400, `The authorization is malformed: ${reason}.`);
}

function mismatch(): AwsError {
  return new AwsError(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}

interface SignedFields {
  readonly kind: 'header' | 'query';
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly amzDate: string;
  readonly payloadHash: string | undefined;
}

function fieldsOfHeader(request: WireRequest, header: string): SignedFields {
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw new AwsError(
      'InvalidRequest',
      400,
      `The authorization mechanism is not supported. Please use ${ALGORITHM}.`,
    );
  }
  const fields = new Map<string, string>();
  for (const field of header.slice(ALGORITHM.length + 1).split(',')) {
    const separator = field.indexOf('=');
    fields.set(field.slice(0, separator).trim(), field.slice(separator + 1).trim());
  }
  return {
    kind: 'header',
    credential: fields.get('Credential') ?? '',
    signedHeaders: fields.get('SignedHeaders') ?? '',
    signature: fields.get('Signature') ?? '',
    amzDate: request.headers['x-amz-date']?.[0] ?? '',
    payloadHash: request.headers['x-amz-content-sha256']?.[0],
  };
}

function fieldsOfQuery(request: WireRequest): SignedFields {
  const query = new Map(request.query);
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) {
    throw new AwsError(
      'InvalidRequest',
      400,
      `The authorization mechanism is not supported. Please use ${ALGORITHM}.`,
    );
  }
  return {
    kind: 'query',
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: query.get('X-Amz-SignedHeaders') ?? '',
    signature: query.get('X-Amz-Signature') ?? '',
    amzDate: query.get('X-Amz-Date') ?? '',
    payloadHash:
      query.get('X-Amz-Content-Sha256') ?? request.headers['x-amz-content-sha256']?.[0] ?? 'UNSIGNED-PAYLOAD',
  };
}

function instantOf(amzDate: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(amzDate);
  if (!match) throw new AwsError('AccessDenied', 403, 'A request must carry a valid X-Amz-Date.');
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function checkTime(fields: SignedFields, request: WireRequest, now: number): void {
  const signedAt = instantOf(fields.amzDate);
  if (fields.kind === 'header') {
    if (Math.abs(now - signedAt) <= CLOCK_SKEW_MS) return;
    throw new AwsError(
      'RequestTimeTooSkewed',
      403,
      'The difference between the request time and the current time is too large.',
    );
  }
  const expires = Number(new Map(request.query).get('X-Amz-Expires'));
  if (!Number.isInteger(expires) || expires < 1 || expires > EXPIRES_LIMIT_SECONDS) {
    throw new AwsError(
      'AuthorizationQueryParametersError',
      400,
      'X-Amz-Expires must be between 1 and 604800 seconds.',
    );
  }
  if (signedAt > now + CLOCK_SKEW_MS) throw new AwsError('AccessDenied', 403, 'Request is not valid yet');
  if (signedAt + expires * 1000 < now) throw new AwsError('AccessDenied', 403, 'Request has expired');
}

function canonicalRequest(
  request: WireRequest,
  fields: SignedFields,
  service: string,
  payloadHash: string,
): string {
  // S3 signs the path encoded once; every other service signs the encoded path encoded again.
  const segments = request.path.split('/').map((segment) => encodeRfc3986(decodeText(segment)));
  const path = segments.map((segment) => (service === 's3' ? segment : encodeRfc3986(segment))).join('/');
  const query = request.query
    .filter(([name]) => fields.kind === 'header' || name !== 'X-Amz-Signature')
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map((pair) => pair.join('='))
    .join('&');
  const headers = fields.signedHeaders
    .split(';')
    .map(
      (name) =>
        `${name}:${(request.headers[name] ?? []).map((value) => value.trim().replace(/ +/g, ' ')).join(',')}\n`,
    )
    .join('');
  return [request.method, path, query, headers, fields.signedHeaders, payloadHash].join('\n');
}

/**
 * Verifies a SigV4 signature in the `Authorization` header or the query string. `bodyHash` stands in for the payload
 * hash of services that don't send `x-amz-content-sha256`. Throws an S3-named `AwsError`.
 */
export function authorize(
  request: WireRequest,
  credentials: EndpointCredentials,
  bodyHash?: string,
  now = Date.now(),
): Authorization {
  const header = request.headers.authorization?.[0];
  const presigned = request.query.some(([name]) => name === 'X-Amz-Signature' || name === 'X-Amz-Algorithm');
  if (header === undefined && !presigned)
    throw new AwsError('AccessDenied', 403, 'Access Denied: the request is not signed.');
  const fields = header === undefined ? fieldsOfQuery(request) : fieldsOfHeader(request, header);
  const [accessKeyId = '', date = '', region = '', service = '', terminal] = fields.credential.split('/');
  if (terminal !== 'aws4_request' || date !== fields.amzDate.slice(0, 8))
    throw malformed('the credential scope is not valid');
  const principal = credentials.principals.find(accessKeyId);
  if (principal === undefined) {
    throw new AwsError(
      'InvalidAccessKeyId',
      403,
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  }
  if (region !== credentials.region) {
    const reason = `the region '${region}' is wrong; expecting '${credentials.region}'`;
    throw new AwsError('AuthorizationHeaderMalformed', 400, `The authorization is malformed: ${reason}.`, {
      Region: credentials.region,
    });
  }
  checkTime(fields, request, now);
  const signedHeaders = new Set(fields.signedHeaders.split(';'));
  if (!signedHeaders.has('host')) throw malformed('the host header must be signed');
  checkHeadersSigned(request, fields.kind, signedHeaders);
  const scope = `${date}/${region}/${service}/aws4_request`;
  const payloadHash = fields.payloadHash ?? bodyHash ?? EMPTY_SHA256;
  const signingKey = signingKeyOf(principal.secretAccessKey, scope);
  const canonical = createHash('sha256')
    .update(canonicalRequest(request, fields, service, payloadHash))
    .digest('hex');
  const expected = hmac(signingKey, [ALGORITHM, fields.amzDate, scope, canonical].join('\n')).toString('hex');
  if (!equal(expected, fields.signature)) throw mismatch();
  const { kind, signature, amzDate } = fields;
  return {
    kind,
    service,
    principal,
    signedHeaders,
    signature,
    amzDate,
    scope,
    signingKey,
    payloadHash: fields.payloadHash,
  };
}

/** An `x-amz-…` header that isn't part of the signature is refused, as on S3: anyone on the way could have added it. */
function checkHeadersSigned(
  request: WireRequest,
  kind: 'header' | 'query',
  signed: ReadonlySet<string>,
): void {
  for (const name of Object.keys(request.headers)) {
    if (!name.startsWith('x-amz-') || signed.has(name)) continue;
    if (kind === 'query' && name === 'x-amz-content-sha256') continue;
    throw new AwsError(
      'AccessDenied',
      403,
      'There were headers present in the request which were not signed',
      {
        HeadersNotSigned: name,
      },
    );
  }
}

/** Verifies the chain of chunk signatures of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD[-TRAILER]`. */
export class ChunkSigner {
  readonly signsTrailer: boolean;
  #previous: string;
  #authorization: Authorization;

  constructor(authorization: Authorization) {
    this.#authorization = authorization;
    this.#previous = authorization.signature;
    this.signsTrailer = authorization.payloadHash?.endsWith('-TRAILER') ?? false;
  }

  verifyChunk(signature: string, dataHash: string): void {
    this.#verify(signature, `${ALGORITHM}-PAYLOAD`, [EMPTY_SHA256, dataHash]);
  }

  verifyTrailer(signature: string, trailerHash: string): void {
    this.#verify(signature, `${ALGORITHM}-TRAILER`, [trailerHash]);
  }

  #verify(signature: string, kind: string, hashes: readonly string[]): void {
    const { amzDate, scope, signingKey } = this.#authorization;
    const expected = hmac(signingKey, [kind, amzDate, scope, this.#previous, ...hashes].join('\n')).toString(
      'hex',
    );
    if (!equal(expected, signature)) throw mismatch();
    this.#previous = expected;
  }
}
