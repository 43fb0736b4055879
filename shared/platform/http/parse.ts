import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { z } from 'zod';
import { DomainError, type FieldError, notFound } from '#kernel/domain-error.ts';
import { isUuid } from '#kernel/ids.ts';
import { JsonNumber, parseJson } from '#kernel/json.ts';
import type { RouteSpec, Schema } from './route.ts';

/** A JSON body; files take the upload routes. */
const MAX_JSON_BYTES = 1024 * 1024;

export interface ParsedRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Headers of a REST proxy event, by lower-case name, every value in order. */
export function headersOf(event: APIGatewayProxyEvent): Map<string, string[]> {
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
  for (const [name, value] of Object.entries(event.pathParameters ?? {})) {
    if ((name === 'id' || name.endsWith('_id')) && !isUuid((value ?? '').toLowerCase())) throw notFound();
  }
  return {
    params: route.params ? validate(route.params, lowerCaseIds(event.pathParameters ?? {}), '/path') : {},
    query: parseQuery(route, event),
    body: route.body ? parseBody(route, route.body, event, headers) : undefined,
  };
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
  if (errors.length > 0) throw failed(errors);
  const query = Object.fromEntries(sent.map(([name, values]) => [name, values?.[0]]));
  if (route.query) return validate(route.query, query, '?');
  const [unknown] = Object.keys(query);
  if (unknown !== undefined)
    throw failed([{ pointer: `?${unknown}`, code: 'unknown-field', message: 'is not a parameter here' }]);
  return {};
}

function parseBody(
  route: RouteSpec,
  schema: Schema,
  event: APIGatewayProxyEvent,
  headers: Map<string, string[]>,
): unknown {
  const accepted = route.consumes ?? ['application/json'];
  const mediaType = mediaTypeOf(headers);
  if (!accepted.includes(mediaType)) {
    throw new DomainError('unsupported-media-type', `Send the body as ${accepted.join(' or ')}.`);
  }
  if (mediaType !== 'application/json') return undefined;
  return validate(schema, parseJson(jsonText(event)), '');
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

function failed(errors: readonly FieldError[]): DomainError {
  const detail =
    errors.length === 1
      ? `${errors[0]?.pointer} ${errors[0]?.message}.`
      : `${errors.length} fields are not valid.`;
  return new DomainError('validation-failed', detail, { errors });
}

const MAX_ERRORS = 50;

/** @throws DomainError `validation-failed` with a pointer for each field */
export function validate<S extends Schema>(schema: S, value: unknown, base: string): z.output<S> {
  const protoKey = findProto(value, base);
  if (protoKey !== undefined)
    throw failed([{ pointer: protoKey, code: 'unknown-field', message: 'is not a field here' }]);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw failed(result.error.issues.flatMap((issue) => toFieldErrors(issue, base)).slice(0, MAX_ERRORS));
}

function toFieldErrors(issue: z.core.$ZodIssue, base: string): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer(base, [...issue.path, key]),
      code: 'unknown-field',
      message: 'is not a field here',
    }));
  }
  const missing =
    issue.code === 'invalid_type' && issue.input === undefined && issue.message.includes('undefined');
  return [
    {
      pointer: pointer(base, issue.path),
      code: issue.code.replaceAll('_', '-'),
      message: missing ? 'is required' : issue.message.replace(/^Invalid input: /, ''),
    },
  ];
}

function pointer(base: string, path: readonly PropertyKey[]): string {
  if (base === '?') return `?${path.map(String).join('.')}`;
  return `${base}${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

/** An own `__proto__` key is invisible to object spreads and so to schemas. */
function findProto(value: unknown, path: string): string | undefined {
  if (value === null || typeof value !== 'object' || value instanceof JsonNumber) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const here = `${path}/${key}`;
    const found = key === '__proto__' ? here : findProto(item, here);
    if (found !== undefined) return found;
  }
  return undefined;
}
