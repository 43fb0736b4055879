import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError, notImplemented } from '../aws-error.ts';
import { CHECKSUM_ALGORITHMS } from '../checksums.ts';
import { isDiskFull } from '../full-disk.ts';
import type { PolicyStatement } from '../iam/policy.ts';
import { permit } from '../iam/principals.ts';
import { authorize, decodeText, type EndpointCredentials, type WireRequest } from '../sigv4.ts';
import { xmlDocument } from '../xml.ts';
import {
  deleteObjects,
  getBucketLocation,
  headBucket,
  listBuckets,
  listObjectsV2,
  listObjectVersions,
} from './bucket-operations.ts';
import { READ_CONDITIONS } from './conditions.ts';
import { type CorsRule, corsHeaders, isPreflight, refusedPreflight } from './cors.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listParts,
  uploadPart,
} from './multipart-operations.ts';
import type { MultipartStore } from './multipart-store.ts';
import { LOCK_HEADERS } from './object-headers.ts';
import { copyObject, deleteObject, getObject, headObject, putObject } from './object-operations.ts';
import type { ObjectStore } from './object-store.ts';
import { effectiveHeaders, effectiveQuery, type S3Account, type S3Call } from './s3-call.ts';

interface Operation {
  /** The permission that it needs, on the object or on the bucket. */
  readonly action: string;
  readonly method: string;
  readonly on: 'service' | 'bucket' | 'object';
  /** The parameters that distinguish it from other operations of its method. */
  readonly when?: readonly string[];
  /** Further parameters it implements; any other is NotImplemented. */
  readonly query?: readonly string[];
  /** `x-amz-…` and conditional headers it implements beyond the common ones. */
  readonly headers?: readonly string[];
  run(call: S3Call): void | Promise<void>;
}

const CHECKSUM_HEADERS = CHECKSUM_ALGORITHMS.map((name) => `x-amz-checksum-${name}`);
const BODY_HEADERS = [
  'x-amz-sdk-checksum-algorithm',
  'x-amz-trailer',
  'x-amz-decoded-content-length',
  ...CHECKSUM_HEADERS,
];
const OBJECT_HEADERS = ['x-amz-meta-*', 'x-amz-storage-class', ...LOCK_HEADERS];
const WRITE_CONDITIONS = ['if-match', 'if-none-match'];
const COMMON_HEADERS = [
  'date',
  'content-sha256',
  'security-token',
  'user-agent',
  'expected-bucket-owner',
].map((name) => `x-amz-${name}`);
const RESPONSE_OVERRIDES = ['type', 'language', 'disposition', 'encoding']
  .map((name) => `response-content-${name}`)
  .concat('response-expires', 'response-cache-control');
const READING = {
  query: ['versionId', ...RESPONSE_OVERRIDES],
  headers: [...READ_CONDITIONS, 'range', 'x-amz-checksum-mode'],
};
const COPY_HEADERS = ['x-amz-copy-source', 'x-amz-metadata-directive', 'x-amz-checksum-algorithm'];
const LIST_PARAMETERS = [
  'prefix',
  'delimiter',
  'continuation-token',
  'start-after',
  'max-keys',
  'encoding-type',
  'fetch-owner',
];
const CREATE_HEADERS = [...OBJECT_HEADERS, 'x-amz-checksum-algorithm', 'x-amz-checksum-type'];
const COMPLETE_HEADERS = [
  ...CHECKSUM_HEADERS,
  ...WRITE_CONDITIONS,
  'x-amz-checksum-type',
  'x-amz-mp-object-size',
];
const BYPASS = 'x-amz-bypass-governance-retention';

/** More specific rows first. */
const OPERATIONS: readonly Operation[] = [
  { method: 'GET', on: 'service', action: 's3:ListAllMyBuckets', run: listBuckets },
  { method: 'HEAD', on: 'bucket', action: 's3:ListBucket', run: headBucket },
  { method: 'GET', on: 'bucket', when: ['location'], action: 's3:GetBucketLocation', run: getBucketLocation },
  {
    method: 'GET',
    on: 'bucket',
    when: ['list-type'],
    query: LIST_PARAMETERS,
    action: 's3:ListBucket',
    run: listObjectsV2,
  },
  {
    method: 'GET',
    on: 'bucket',
    when: ['versions'],
    query: ['prefix', 'key-marker', 'version-id-marker', 'max-keys', 'encoding-type'],
    action: 's3:ListBucketVersions',
    run: listObjectVersions,
  },
  {
    method: 'POST',
    on: 'bucket',
    when: ['delete'],
    headers: [...BODY_HEADERS, BYPASS],
    action: 's3:DeleteObject',
    run: deleteObjects,
  },
  {
    method: 'PUT',
    on: 'object',
    when: ['partNumber', 'uploadId'],
    headers: BODY_HEADERS,
    action: 's3:PutObject',
    run: uploadPart,
  },
  {
    method: 'PUT',
    on: 'object',
    headers: [...BODY_HEADERS, ...OBJECT_HEADERS, ...COPY_HEADERS, ...WRITE_CONDITIONS],
    action: 's3:PutObject',
    run: putOrCopy,
  },
  {
    method: 'GET',
    on: 'object',
    when: ['uploadId'],
    query: ['max-parts', 'part-number-marker'],
    action: 's3:ListMultipartUploadParts',
    run: listParts,
  },
  { method: 'GET', on: 'object', ...READING, action: 's3:GetObject', run: getObject },
  { method: 'HEAD', on: 'object', ...READING, action: 's3:GetObject', run: headObject },
  {
    method: 'DELETE',
    on: 'object',
    when: ['uploadId'],
    action: 's3:AbortMultipartUpload',
    run: abortMultipartUpload,
  },
  {
    method: 'DELETE',
    on: 'object',
    query: ['versionId'],
    headers: [BYPASS],
    action: 's3:DeleteObject',
    run: deleteObject,
  },
  {
    method: 'POST',
    on: 'object',
    when: ['uploads'],
    headers: CREATE_HEADERS,
    action: 's3:PutObject',
    run: createMultipartUpload,
  },
  {
    method: 'POST',
    on: 'object',
    when: ['uploadId'],
    headers: COMPLETE_HEADERS,
    action: 's3:PutObject',
    run: completeMultipartUpload,
  },
];

function putOrCopy(call: S3Call): Promise<void> {
  if (call.headers.has('x-amz-copy-source')) return copyObject(call);
  const copyOnly = COPY_HEADERS.find((name) => call.headers.has(name));
  if (copyOnly !== undefined) throw notImplemented(`The header ${copyOnly} of PutObject`);
  return putObject(call);
}

const KEY_LIMIT_BYTES = 1024;

/** `bucket.localhost` names the bucket in the host, anything else in the path. */
function addressOf(wire: WireRequest): { bucket: string; key: string } {
  const host = (wire.headers.host?.[0] ?? '').replace(/:\d+$/, '');
  const path = decodeText(wire.path).slice(1);
  const virtual = /^(.+)\.localhost$/.exec(host)?.[1];
  if (virtual !== undefined) return { bucket: virtual, key: path };
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function selectOperation(call: S3Call): Operation {
  const method = call.request.method ?? '';
  const on = call.key !== '' ? 'object' : call.bucket !== '' ? 'bucket' : 'service';
  const operation = OPERATIONS.find(
    (row) => row.method === method && row.on === on && (row.when ?? []).every((name) => call.query.has(name)),
  );
  if (operation === undefined)
    throw notImplemented(`${method} on a ${on} with ${[...call.query.keys()].join(', ') || 'no parameters'}`);
  for (const name of call.query.keys()) {
    if (!operation.when?.includes(name) && !operation.query?.includes(name))
      throw notImplemented(`The parameter ${name} of this operation`);
  }
  for (const name of call.headers.keys()) {
    if (!name.startsWith('x-amz-') && !READ_CONDITIONS.includes(name)) continue;
    if (COMMON_HEADERS.includes(name) || operation.headers?.includes(name)) continue;
    if (name.startsWith('x-amz-meta-') && operation.headers?.includes('x-amz-meta-*')) continue;
    throw notImplemented(`The header ${name} of this operation`);
  }
  return operation;
}

function checkValues({ headers, query, key, account }: S3Call): void {
  const storageClass = headers.get('x-amz-storage-class');
  if (storageClass !== undefined && storageClass !== 'STANDARD')
    throw notImplemented(`The storage class ${storageClass}`);
  const listType = query.get('list-type');
  if (listType !== undefined && listType !== '2')
    throw new AwsError('InvalidArgument', 400, 'Invalid List Type specified in Request');
  const owner = headers.get('x-amz-expected-bucket-owner');
  if (owner !== undefined && owner !== account.accountId)
    throw new AwsError('AccessDenied', 403, 'Access Denied');
  if (Buffer.byteLength(key) > KEY_LIMIT_BYTES)
    throw new AwsError('KeyTooLongError', 400, 'Your key is too long');
  if (key.includes('\0'))
    throw new AwsError('InvalidArgument', 400, 'A key cannot contain a null character here');
}

const MISSING = ['NoSuchKey', 'NoSuchVersion'];

const arnOf = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}`;

/** Throws unless the principal may do this to the object, or to the bucket. */
function permitOperation({ action, on }: Operation, call: S3Call, policyOf: S3Service['policyOf']): void {
  const { bucket, key, headers, query, authorization } = call;
  const { principal } = authorization;
  const resourcePolicy = policyOf(bucket);
  const resource = on === 'service' ? '*' : arnOf(bucket, key);
  const ofVersion = query.has('versionId') && /^s3:(Get|Delete)Object$/.test(action);
  const context = action.startsWith('s3:ListBucket') ? { 's3:prefix': query.get('prefix') ?? undefined } : {};
  permit(principal, ofVersion ? `${action}Version` : action, resource, { resourcePolicy, context });
  if (headers.has('x-amz-object-lock-mode')) permit(principal, 's3:PutObjectRetention', resource);
  const source = headers.get('x-amz-copy-source');
  if (source !== undefined)
    permit(
      principal,
      's3:GetObject',
      `arn:aws:s3:::${decodeText(source).replace(/^\//, '').replace(/\?.*$/, '')}`,
    );
}

/** Runs an operation. Whoever may not list a bucket isn't told either that an object is missing. */
async function run(operation: Operation, call: S3Call): Promise<void> {
  try {
    await operation.run(call);
  } catch (error) {
    if (error instanceof AwsError && MISSING.includes(error.code))
      permit(call.authorization.principal, 's3:ListBucket', arnOf(call.bucket, ''));
    throw error;
  }
}

export interface S3Service {
  readonly objects: ObjectStore;
  readonly uploads: MultipartStore;
  readonly account: S3Account;
  readonly credentials: EndpointCredentials;
  corsRules(bucket: string): readonly CorsRule[];
  /** Returns the statements by which the policy of a bucket denies. */
  policyOf(bucket: string): readonly PolicyStatement[];
}

/** Serves one request; every failure is answered in S3's XML. */
export async function serveS3(
  service: S3Service,
  wire: WireRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase();
  response.setHeader('x-amz-request-id', requestId);
  response.setHeader('x-amz-id-2', requestId);
  response.setHeader('Server', 'AmazonS3');
  try {
    if (answerBrowser(service.corsRules(addressOf(wire).bucket), wire, response)) return;
    const authorization = authorize(wire, service.credentials);
    if (authorization.service !== 's3') {
      throw new AwsError(
        'AuthorizationHeaderMalformed',
        400,
        `The authorization is for '${authorization.service}'; expecting 's3'.`,
      );
    }
    const { objects, uploads, account } = service;
    const headers = effectiveHeaders(wire, authorization.kind);
    const query = effectiveQuery(wire, authorization.kind);
    const subject = addressOf(wire);
    const call: S3Call = {
      ...{ request, response, objects, uploads, account, authorization, headers, query },
      ...subject,
    };
    const operation = selectOperation(call);
    checkValues(call);
    permitOperation(operation, call, service.policyOf);
    await run(operation, call);
  } catch (error) {
    respondError(error, wire, response, requestId);
  }
}

/** Sets the headers that browsers look for on any answer, errors included. Returns whether the request was a preflight, and is answered. */
function answerBrowser(rules: readonly CorsRule[], wire: WireRequest, response: ServerResponse): boolean {
  const header = (name: string): string | undefined => wire.headers[name]?.[0];
  const browser = {
    method: wire.method,
    origin: header('origin'),
    requestedMethod: header('access-control-request-method'),
    requestedHeaders: header('access-control-request-headers'),
  };
  const headers = corsHeaders(rules, browser);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (!isPreflight(browser)) return false;
  if (Object.keys(headers).length === 0) throw refusedPreflight(rules);
  response.writeHead(200, { 'Content-Length': 0 }).end();
  return true;
}

function knownError(error: unknown, wire: WireRequest): AwsError {
  if (error instanceof AwsError)
    return error.code === 'AccessDeniedException' ? new AwsError('AccessDenied', 403, error.message) : error;
  if (isDiskFull(error)) return new AwsError('ServiceUnavailable', 503, 'The disk of this machine is full.');
  console.error('s3', wire.method, wire.path, error);
  return new AwsError('InternalError', 500, 'We encountered an internal error. Please try again.');
}

function respondError(error: unknown, wire: WireRequest, response: ServerResponse, RequestId: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy(); // The client sees a cut answer, never a short one that looks whole.
    return;
  }
  const { code, message, status, detail } = knownError(error, wire);
  const body = Buffer.from(
    xmlDocument('Error', {
      Code: code,
      Message: message,
      ...detail,
      Resource: wire.path,
      RequestId,
      HostId: RequestId,
    }),
  );
  response.writeHead(status, { 'Content-Type': 'application/xml', 'Content-Length': body.length });
  response.end(wire.method === 'HEAD' ? undefined : body);
}
