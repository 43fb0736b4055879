import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { preflightHeaders } from '#platform/http/cors.ts';
import { headersOf } from '#platform/http/parse.ts';
import { renderProblem } from '#platform/http/problem-document.ts';
import { renderReply, reply } from '#platform/http/reply.ts';
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

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'];

type UnroutedEvent = Pick<APIGatewayProxyEvent, 'resource' | 'httpMethod' | 'multiValueHeaders'>;

/**
 * Answers 404 for a path that isn't served; for one that is, 405 with the methods it supports, which `OPTIONS` gets
 * as a success (RFC 9110, 9.3.7 and 15.5.6). A browser's preflight succeeds on every path, so that a page sees the 404 itself.
 * @param published read only for a path that API Gateway knows
 */
export function answerUnrouted(
  event: UnroutedEvent,
  requestId: string,
  published: () => PublishedPaths,
): APIGatewayProxyResult {
  // API Gateway names the template of the path, which also finds paths with parameters.
  const operations = isCatchAll(event.resource) ? undefined : lookUp(published(), event.resource);
  const methods = METHODS.filter((method) => operations && isContracted(operations, method)).map(upperCase);
  const allow = [...methods, 'OPTIONS'].join(', ');
  const origin = preflightOrigin(event);
  if (origin !== undefined)
    return renderReply(
      UNROUTED,
      reply(undefined, {
        headers: { allow, ...preflightHeaders(origin, operations ? methods : METHODS.map(upperCase)) },
      }),
    );
  if (operations === undefined)
    return renderProblem('not-found', 'There is nothing at this path.', requestId);
  if (event.httpMethod === 'OPTIONS') return renderReply(UNROUTED, reply(undefined, { headers: { allow } }));
  return renderProblem('method-not-allowed', `Use ${methods.join(' or ')} here.`, requestId, {
    errors: undefined,
    retryAfterSeconds: undefined,
    headers: { allow },
  });
}

/** Whatever answers GET answers HEAD, which the contract doesn't repeat, but where it says that it is refused. */
function isContracted(operations: Readonly<Record<string, unknown>>, method: string): boolean {
  if (method !== 'head') return method in operations;
  const { get } = operations as { get?: { readonly 'x-head'?: string } };
  return get !== undefined && get['x-head'] === undefined;
}

const upperCase = (method: string): string => method.toUpperCase();

/** Returns the origin of the page for which a browser asks whether it may send a request, if that is what it asks. */
function preflightOrigin(event: UnroutedEvent): string | undefined {
  const headers = headersOf(event);
  const isPreflight = event.httpMethod === 'OPTIONS' && headers.has('access-control-request-method');
  return isPreflight ? headers.get('origin')?.[0] : undefined;
}

/** `/{proxy+}`, which stands for every path that no route has. */
function isCatchAll(resource: string): boolean {
  return resource.endsWith('+}');
}

function lookUp(published: PublishedPaths, path: string): Readonly<Record<string, unknown>> | undefined {
  return Object.hasOwn(published, path) ? published[path] : undefined;
}
