import type { IncomingMessage } from 'node:http';
import type { ApiSpec } from '#aws/templates/platform-model.ts';

export interface ClientRequest {
  readonly requestId: string;
  readonly method: string;
  /** The path as it was sent, without the query. */
  readonly fullPath: string;
  /** The path without the stage. */
  readonly path: string;
  readonly queryText: string;
  readonly sourceIp: string;
  /** The headers in the client's spelling; repeated headers keep every value. */
  readonly headers: Readonly<Record<string, string[]>>;
}

const IPV4_IN_IPV6 = '::ffff:';

/**
 * An API without a domain of its own is reached under its stage, which functions find only in the path of the
 * request's context.
 */
export function clientRequestOf(request: IncomingMessage, requestId: string, stage: string): ClientRequest {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const address = request.socket.remoteAddress ?? '127.0.0.1';
  const sourceIp = address.startsWith(IPV4_IN_IPV6) ? address.slice(IPV4_IN_IPV6.length) : address;
  const headers = headersOf(request.rawHeaders);
  // API Gateway appends the address that it saw to a client's own X-Forwarded-For.
  const forwarded = valuesOf(headers, 'x-forwarded-for');
  setHeader(headers, 'X-Forwarded-For', [...forwarded, sourceIp].join(', '));
  setHeader(headers, 'X-Forwarded-Port', String(request.socket.localPort ?? ''));
  setHeader(headers, 'X-Forwarded-Proto', 'http');
  const fullPath = mark < 0 ? url : url.slice(0, mark);
  return {
    requestId,
    method: request.method ?? 'GET',
    fullPath,
    path: withoutStage(fullPath, stage),
    queryText: mark < 0 ? '' : url.slice(mark + 1),
    sourceIp,
    headers,
  };
}

function withoutStage(path: string, stage: string): string {
  if (path === `/${stage}`) return '/';
  return path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path;
}

/** `rawHeaders`, because Node drops a second `Authorization`, which the authorizer has to see. */
function headersOf(raw: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  const spellings = new Map<string, string>();
  for (let index = 0; index < raw.length; index += 2) {
    const sent = raw[index] ?? '';
    const lower = sent.toLowerCase();
    const name = spellings.get(lower) ?? sent;
    spellings.set(lower, name);
    const values = headers[name] ?? [];
    headers[name] = values;
    values.push(raw[index + 1] ?? '');
  }
  return headers;
}

function setHeader(headers: Record<string, string[]>, name: string, value: string): void {
  const existing = Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase());
  headers[existing ?? name] = [value];
}

/** Every value of a header, by its lower-case name. */
export function valuesOf(headers: Readonly<Record<string, string[]>>, lowerName: string): string[] {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === lowerName)?.[1] ?? [];
}

function lastValues(multi: Readonly<Record<string, string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(multi).map(([name, values]) => [name, values.at(-1) ?? '']));
}

/** Throws `URIError` when the encoding is malformed. */
function parseQuery(text: string): Record<string, string[]> | null {
  if (text === '') return null;
  const query: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    const decodedName = decode(name);
    const values = query[decodedName] ?? [];
    query[decodedName] = values;
    values.push(decode(value));
  }
  return query;
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** Decoded once, as API Gateway does. Throws `URIError` when the encoding is malformed. */
export function decodeParameters(
  parameters: Readonly<Record<string, string>>,
): Record<string, string> | null {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.map(([name, value]) => [name, decodeURIComponent(value)]));
}

export interface EventParts {
  readonly request: ClientRequest;
  readonly resourcePath: string;
  readonly parameters: Record<string, string> | null;
  readonly spec: ApiSpec;
  readonly accountId: string;
}

/** Returns the common part of the authorizer's and the function's event. */
export function baseEvent({ request, resourcePath, parameters, spec, accountId }: EventParts) {
  const { headers, method, path, fullPath, queryText } = request;
  const query = parseQuery(queryText);
  const [userAgent] = valuesOf(headers, 'user-agent');
  const nowMs = Date.now();
  return {
    resource: resourcePath,
    path,
    httpMethod: method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: query && lastValues(query),
    multiValueQueryStringParameters: query,
    pathParameters: parameters,
    stageVariables: null,
    requestContext: {
      accountId,
      apiId: spec.id,
      stage: spec.stageName,
      requestId: request.requestId,
      extendedRequestId: request.requestId,
      requestTimeEpoch: nowMs,
      requestTime: new Date(nowMs).toISOString(),
      httpMethod: method,
      path: fullPath,
      resourcePath,
      resourceId: resourcePath,
      protocol: 'HTTP/1.1',
      domainName: valuesOf(headers, 'host')[0] ?? '',
      identity: { sourceIp: request.sourceIp, userAgent: userAgent ?? null },
    },
  };
}
