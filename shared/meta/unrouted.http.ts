import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { renderProblem, renderReply, reply } from '#platform/http/reply.ts';
import type { RouteSpec } from '#platform/http/route.ts';

/** Stands in the logs for requests that no route serves. */
export const UNROUTED: RouteSpec = {
  operationId: 'notFound',
  method: 'GET',
  path: '/{proxy+}',
  base: 'root',
  summary: 'Answers paths and methods that do not exist',
  roles: 'PUBLIC',
  status: 204,
  problems: ['not-found', 'method-not-allowed'],
  uses: [],
  database: false,
};

/** The paths of an OpenAPI document. */
export type PublishedPaths = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * Answers 404 for a path that isn't served; for one that is, 405 with the methods it supports, which `OPTIONS` gets
 * as a success (RFC 9110, 9.3.7 and 15.5.6).
 * @param published read only for a path that API Gateway knows
 */
export function answerUnrouted(
  { resource, httpMethod }: Pick<APIGatewayProxyEvent, 'resource' | 'httpMethod'>,
  requestId: string,
  published: () => PublishedPaths,
): APIGatewayProxyResult {
  // API Gateway names the template of the path, which also finds paths with parameters.
  const operations = isCatchAll(resource) ? undefined : lookUp(published(), resource);
  if (operations === undefined) {
    return renderProblem('not-found', 'There is nothing at this path.', requestId);
  }
  const methods = METHODS.filter((method) => method in operations).map((method) => method.toUpperCase());
  const headers = { allow: [...methods, 'OPTIONS'].join(', ') };
  if (httpMethod === 'OPTIONS') return renderReply(UNROUTED, reply(undefined, { headers }));
  return renderProblem('method-not-allowed', `Use ${methods.join(' or ')} here.`, requestId, {
    errors: undefined,
    retryAfterSeconds: undefined,
    headers,
  });
}

/** `/{proxy+}`, which stands for every path that no route has. */
function isCatchAll(resource: string): boolean {
  return resource.endsWith('+}');
}

function lookUp(published: PublishedPaths, path: string): Readonly<Record<string, unknown>> | undefined {
  return Object.hasOwn(published, path) ? published[path] : undefined;
}
