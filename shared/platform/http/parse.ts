import type { APIGatewayProxyEvent } from 'aws-lambda';
import { DomainError, notFound } from '#kernel/domain-error.ts';
import { hostileIn } from '#kernel/hostile-text.ts';
import { isUuid } from '#kernel/ids.ts';
import { invalidFields, validate } from '#kernel/validate.ts';
import { readJsonBody } from './json-body.ts';
import type { RouteSpec, Schema } from './route.ts';

/** A JSON body; files take the upload routes. */
const MAX_JSON_BYTES = 1024 * 1024;

export interface ParsedRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Headers of a REST proxy event, by lower-case name, every value in order. */
export function headersOf(event: Pick<APIGatewayProxyEvent, 'multiValueHeaders'>): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), ...(values ?? [])]);
  }
  return headers;
}

/** `application/json; charset=utf-8` → `application/json`. */
export function mediaTypeOf(headers: Map<string, string[]>): string {
  return (headers.get('content-type')?.[0] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

export function bodyBytes(event: APIGatewayProxyEvent): Buffer {
  return Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
}

/** @throws DomainError `malformed-request`, `unsupported-media-type`, `payload-too-large`, `validation-failed`, `not-found` */
export function parseRequest(
  route: RouteSpec,
  event: APIGatewayProxyEvent,
  headers: Map<string, string[]>,
): ParsedRequest {
  refuseHostileParameters(event);
  for (const [name, value] of Object.entries(event.pathParameters ?? {})) {
    if ((name === 'id' || name.endsWith('_id')) && !isUuid((value ?? '').toLowerCase())) throw notFound();
  }
  return {
    params: route.params ? validate(route.params, lowerCaseIds(event.pathParameters ?? {}), '/path') : {},
    query: parseQuery(route, event),
    body: route.body ? parseBody(route, route.body, event, headers) : undefined,
  };
}

/** @throws DomainError `validation-failed` with each parameter that no query and no log should see */
function refuseHostileParameters(event: APIGatewayProxyEvent): void {
  const inPath = Object.entries(event.pathParameters ?? {}).map(([name, value]) => [
    `/path/${name}`,
    name,
    value,
  ]);
  const inQuery = Object.entries(event.multiValueQueryStringParameters ?? {}).flatMap(([name, values]) =>
    (values ?? []).map((value) => [`?${name}`, name, value]),
  );
  const errors = [...inPath, ...inQuery].flatMap(([pointer = '', name = '', value = '']) => {
    const message = hostileIn(name) ?? hostileIn(value);
    return message === undefined ? [] : [{ pointer, code: 'hostile-character', message }];
  });
  if (errors.length > 0) throw invalidFields(errors);
}

function lowerCaseIds(params: Record<string, string | undefined>): Record<string, string | undefined> {
  const isId = (name: string) => name === 'id' || name.endsWith('_id');
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, isId(name) ? value?.toLowerCase() : value]),
  );
}

function parseQuery(route: RouteSpec, event: APIGatewayProxyEvent): unknown {
  const sent = Object.entries(event.multiValueQueryStringParameters ?? {});
  const errors = sent
    .filter(([, values]) => (values?.length ?? 0) > 1)
    .map(([name]) => ({ pointer: `?${name}`, code: 'repeated', message: 'must be given once' }));
  if (errors.length > 0) throw invalidFields(errors);
  const query = Object.fromEntries(sent.map(([name, values]) => [name, values?.[0]]));
  if (route.query) return validate(route.query, query, '?');
  const [unknown] = Object.keys(query);
  if (unknown !== undefined)
    throw invalidFields([
      { pointer: `?${unknown}`, code: 'unknown-field', message: 'is not a parameter here' },
    ]);
  return {};
}

function parseBody(
  route: RouteSpec,
  schema: Schema,
  event: APIGatewayProxyEvent,
  headers: Map<string, string[]>,
): unknown {
  if (route.bodyOptional && !event.body) return validate(schema, {}, '');
  const accepted = route.consumes ?? ['application/json'];
  const mediaType = mediaTypeOf(headers);
  if (!accepted.includes(mediaType)) {
    throw new DomainError('unsupported-media-type', `Send the body as ${accepted.join(' or ')}.`);
  }
  if (mediaType !== 'application/json') return undefined;
  return validate(schema, readJsonBody(jsonText(event)), '');
}

function jsonText(event: APIGatewayProxyEvent): string {
  const bytes = bodyBytes(event);
  if (bytes.length > MAX_JSON_BYTES) {
    throw new DomainError('payload-too-large', `A JSON body may have at most ${MAX_JSON_BYTES} bytes.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DomainError('malformed-request', 'The body is not valid UTF-8.', { cause });
  }
}
