import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

const LINKING_HEADERS = ['location', 'link'];
const LINKING_TYPES = ['application/json', 'text/html'];

/** Completes the links of an answer with the address by which the client reached the API. */
export function answerAt(base: string, answer: APIGatewayProxyResult): APIGatewayProxyResult {
  const headers = answer.multiValueHeaders ?? {};
  const complete = (value: unknown) => String(value).replace(/^(<?)\\\//, `$1${base}/`);
  const completed = LINKING_HEADERS.flatMap((name) => {
    const values = headers[name];
    return values === undefined ? [] : [[name, values.map(complete)] as const];
  });
  const type = String(headers['content-type']?.[0] ?? '').split(';', 1)[0] ?? '';
  return {
    ...answer,
    multiValueHeaders: { ...headers, ...Object.fromEntries(completed) },
    body: LINKING_TYPES.includes(type) ? answer.body.replaceAll('"\\/', `"${base}/`) : answer.body,
  };
}

/** Segments that need no escaping; two slashes in a row would name another host. */
const SAFE_BASE = /^(\/[\w.~-]+)*$/;

type Addressed = Pick<APIGatewayProxyEvent, 'resource'> & {
  readonly requestContext: Pick<APIGatewayProxyEvent['requestContext'], 'path'>;
};

/**
 * Returns what the client's path has before the API's own: the stage at API Gateway's own address, the mapping at a domain that has one, or
 * nothing. Only the context of the request has the path as it was sent.
 */
export function baseOf({ resource, requestContext }: Addressed): string {
  const sent = withoutTrailingSlash(requestContext.path);
  const [head = ''] = withoutTrailingSlash(resource).split('{', 1);
  const at = head === resource || head === '' ? sent.length - head.length : sent.indexOf(head);
  const base = sent.slice(0, Math.max(0, at));
  return SAFE_BASE.test(base) ? base : '';
}

function withoutTrailingSlash(path: string): string {
  return path.replace(/\/+$/, '');
}
