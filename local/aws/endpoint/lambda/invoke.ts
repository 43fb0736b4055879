import type { ServerResponse } from 'node:http';
import { LAMBDA_PAYLOAD_BYTES } from '#aws/functions/function-pool.ts';
import { AwsError, notImplemented } from '../aws-error.ts';
import type { WireRequest } from '../sigv4.ts';
import { type FunctionInvoker, nameOfFunction } from '../step-functions/function-task.ts';

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** Headers of calls that this endpoint does not answer: nothing is run in the background, and no log is sent along. */
const UNSUPPORTED = [
  'x-amz-log-type',
  'x-amz-client-context',
  'x-amz-tenant-id',
  'x-amz-durable-execution-name',
];

/** Returns whether a path is one of Lambda's. */
export function isForLambda(path: string): boolean {
  return path.startsWith('/2015-03-31/');
}

/**
 * Returns the function that a call names, by its ARN or name, with or without a qualifier.
 * @throws AwsError `NotImplemented` for whatever isn't `Invoke` with an answer
 */
export function calledFunction({ method, path, query, headers }: WireRequest): string {
  const [, encoded] = PATH.exec(path) ?? [];
  if (method !== 'POST' || encoded === undefined) throw notImplemented(`${method} ${path}`);
  if (query.length > 0) throw notImplemented('A qualifier beside the name of a function');
  const [type = 'RequestResponse'] = headers['x-amz-invocation-type'] ?? [];
  if (type !== 'RequestResponse') throw notImplemented(`The invocation type ${type}`);
  const unsupported = UNSUPPORTED.find(
    (name) => headers[name]?.[0] !== undefined && headers[name][0] !== 'None',
  );
  if (unsupported !== undefined) throw notImplemented(`The header ${unsupported}`);
  return decodeURIComponent(encoded);
}

/** Runs a function and answers with its result, or with its error as Lambda does: by a header, and 200. */
export async function answerInvocation(
  functions: FunctionInvoker,
  called: string,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const name = nameOfFunction(called);
  if (!functions.has(name))
    throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${called}`);
  if (body.length > LAMBDA_PAYLOAD_BYTES)
    throw new AwsError(
      'RequestTooLargeException',
      413,
      `The payload has more than ${LAMBDA_PAYLOAD_BYTES} bytes.`,
    );
  const result = await functions.invoke(name, jsonOf(body));
  const payload = Buffer.from(result.ok ? result.payload : JSON.stringify(result.error));
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': payload.length,
    'x-amzn-RequestId': result.requestId,
    'X-Amz-Executed-Version': '$LATEST',
    ...(result.ok ? {} : { 'X-Amz-Function-Error': 'Unhandled' }),
  });
  response.end(payload);
}

function jsonOf(body: Buffer): string {
  const text = body.length === 0 ? '{}' : body.toString('utf8');
  try {
    JSON.parse(text);
  } catch {
    throw new AwsError(
      'InvalidRequestContentException',
      400,
      'Could not parse request body into json: it is no JSON.',
    );
  }
  return text;
}
