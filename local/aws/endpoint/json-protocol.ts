import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { AwsError } from './aws-error.ts';
import { isDiskFull } from './full-disk.ts';
import { queryCode } from './sqs/query-protocol.ts';

/** A service of the `X-Amz-Target: <prefix>.<operation>` protocols, or one of paths that takes JSON. */
export interface JsonService {
  readonly signingName: string;
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1' | 'application/json';
  /** Namespace of `__type`, or none. */
  readonly errorNamespace: string;
}

/** S3-named authorization errors as the JSON protocols call them. */
const CODES: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: 'InvalidSignatureException',
  InvalidAccessKeyId: 'UnrecognizedClientException',
  AuthorizationHeaderMalformed: 'IncompleteSignatureException',
  RequestTimeTooSkewed: 'InvalidSignatureException',
  AccessDenied: 'MissingAuthenticationTokenException',
  XAmzContentSHA256Mismatch: 'InvalidSignatureException',
};

export function respondJson(response: ServerResponse, service: JsonService, output: unknown): void {
  const body = Buffer.from(JSON.stringify(output));
  response.writeHead(200, {
    'Content-Type': service.contentType,
    'Content-Length': body.length,
    'x-amzn-RequestId': randomUUID(),
  });
  response.end(body);
}

export function respondJsonError(response: ServerResponse, service: JsonService, error: AwsError): void {
  const code = CODES[error.code] ?? error.code;
  const body = Buffer.from(
    JSON.stringify({ __type: `${service.errorNamespace}${code}`, message: error.message }),
  );
  response.writeHead(error.status, {
    'Content-Type': service.contentType,
    'Content-Length': body.length,
    'x-amzn-RequestId': randomUUID(),
    'x-amzn-ErrorType': code,
    // SDKs that knew SQS's Query protocol keep its error names through this header.
    ...(service.signingName === 'sqs' && {
      'x-amzn-query-error': `${queryCode(code)};${error.status < 500 ? 'Sender' : 'Receiver'}`,
    }),
  });
  response.end(body);
}

/** Anything that isn't an `AwsError` is our defect: it is logged and hidden. */
export function asAwsError(error: unknown, what: string): AwsError {
  if (error instanceof AwsError) return error;
  if (isDiskFull(error)) return new AwsError('ServiceUnavailable', 503, 'The disk of this machine is full.');
  console.error(what, error);
  return new AwsError(
    'InternalFailure',
    500,
    'The request processing has failed because of an unknown error.',
  );
}
