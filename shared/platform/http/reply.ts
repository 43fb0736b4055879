import type { APIGatewayProxyResult } from 'aws-lambda';
import { publicPath } from '#contracts/api-paths.ts';
import type { ProblemSlug } from '#contracts/problems.ts';
import { problemRegistry, problemType } from '#contracts/problems.ts';
import type { DomainError } from '#kernel/domain-error.ts';
import type { RouteSpec } from './route.ts';

const replyBrand: unique symbol = Symbol('reply');

/** An answer with headers or a status of its own, beside its body. */
export interface Reply<Body> {
  readonly [replyBrand]: true;
  readonly body: Body;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function reply<Body>(body: Body, options: Pick<Reply<Body>, 'status' | 'headers'> = {}): Reply<Body> {
  return { [replyBrand]: true, body, ...options };
}

export function isReply(value: unknown): value is Reply<unknown> {
  return typeof value === 'object' && value !== null && replyBrand in value;
}

/** The headers of every answer, problems included. */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

function multiValue(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Renders what a handler returned. A 201 names its resource in `Location`; a route with concurrency control carries the
 * body's `version` as `ETag`. A string body is sent as it is, with the content type that the reply names.
 */
export function renderReply(route: RouteSpec, value: unknown): APIGatewayProxyResult {
  const { body, status = route.status, headers = {} } = isReply(value) ? value : reply(value);
  const resource = (typeof body === 'object' && body !== null ? body : {}) as {
    id?: unknown;
    version?: unknown;
  };
  const all: Record<string, string> = { ...SECURITY_HEADERS, ...headers };
  if (body !== undefined && typeof body !== 'string') all['content-type'] ??= 'application/json';
  if (status === 201 && typeof resource.id === 'string')
    all.location ??= `${publicPath(route)}/${resource.id}`;
  if (typeof resource.version === 'number') all.etag ??= etagOf(resource.version);
  return {
    statusCode: status,
    multiValueHeaders: multiValue(all),
    body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
  };
}

export function renderProblem(
  slug: ProblemSlug,
  detail: string,
  requestId: string,
  options: Pick<DomainError, 'errors' | 'retryAfterSeconds'> & { headers?: Record<string, string> } = {
    errors: undefined,
    retryAfterSeconds: undefined,
  },
): APIGatewayProxyResult {
  const { status, title } = problemRegistry[slug];
  const problem = {
    type: problemType(slug),
    title,
    status,
    detail,
    instance: `urn:vestry:request:${requestId}`,
    ...(options.errors === undefined ? {} : { errors: options.errors }),
  };
  return {
    statusCode: status,
    multiValueHeaders: multiValue({
      ...SECURITY_HEADERS,
      'content-type': 'application/problem+json',
      'x-request-id': requestId,
      ...(options.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(options.retryAfterSeconds) }),
      ...(slug === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
      ...options.headers,
    }),
    body: JSON.stringify(problem),
  };
}
