import type { APIGatewayProxyResult } from 'aws-lambda';
import { ANSWER_HEADERS } from '#contracts/answer-headers.ts';
import { type Link, linkTo } from '#contracts/links.ts';
import type { RouteSpec } from './route.ts';

const replyBrand: unique symbol = Symbol('reply');

/** An answer with headers or a status of its own, beside its body. */
export interface Reply<Body> {
  readonly [replyBrand]: true;
  readonly body: Body;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The next page of a body that has no place for a cursor. */
  readonly next?: Link | undefined;
}

export function reply<Body>(
  body: Body,
  options: Pick<Reply<Body>, 'status' | 'headers' | 'next'> = {},
): Reply<Body> {
  return { [replyBrand]: true, body, ...options };
}

export function isReply(value: unknown): value is Reply<unknown> {
  return typeof value === 'object' && value !== null && replyBrand in value;
}

function strings(resource: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(resource).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export function multiValue(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Renders what a handler returned. `Location` names what the route declares; a route with concurrency control carries the
 * body's `version` as `ETag`, unless the body is what waits instead. A string body is sent as it is, with the content type that the reply names.
 * @param params the parameters of the request's path
 */
export function renderReply(route: RouteSpec, value: unknown, params: unknown = {}): APIGatewayProxyResult {
  const { body, status = route.status, headers = {}, next } = isReply(value) ? value : reply(value);
  const resource = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const all: Record<string, string> = { ...ANSWER_HEADERS, ...headers };
  if (body !== undefined && typeof body !== 'string') all['content-type'] ??= 'application/json';
  if (route.location !== undefined && headers.location === undefined)
    all.location = String(linkTo({ path: route.location }, { ...(params as object), ...strings(resource) }));
  if (next !== undefined) all.link = `<${next}>; rel="next"`;
  if (route.concurrency !== undefined && status === route.status && typeof resource.version === 'number')
    all.etag ??= etagOf(resource.version);
  return {
    statusCode: status,
    multiValueHeaders: multiValue(all),
    body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
  };
}
