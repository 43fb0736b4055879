import { STATUS_CODES } from 'node:http';
import { publicPath } from '#contracts/api-paths.ts';
import { FIRST_ROWS } from '#kernel/expansions.ts';
import { type Role, TENANT_TYPES, type TenantType } from '#kernel/roles.ts';
import {
  answersEtag,
  answersHead,
  idempotencyOf,
  ifMatchOf,
  limitOf,
  type Schema,
} from '#platform/http/route.ts';
import { type RouteEntry, routes } from '../shared/routes.ts';
import { showAnswers } from './openapi-examples.ts';
import { parameterDescription } from './openapi-parameters.ts';
import { PROBLEM_SCHEMAS, ProblemResponses } from './openapi-problems.ts';
import { ContractSchemas, described, type JsonSchema, type ObjectParts } from './openapi-schemas.ts';
import { type Tag, tagOf } from './openapi-tags.ts';

type Json = Record<string, unknown>;

export interface OpenApiDocument extends Json {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly tags: readonly Tag[];
  readonly components: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

const DESCRIPTION = `**Signing in.** \`POST /api/auth/login\` returns an access token that is valid for fifteen minutes; send it as \`Authorization: Bearer …\`.
Each operation names the roles and the types of tenant that may call it. A resource of another tenant is answered like one
that does not exist.

**Repeating safely.** Send a unique \`Idempotency-Key\` with a \`POST\`, and the same one when you retry: the effect happens
once, and every repetition returns the first answer.

**Exact numbers.** Money and shares are returned as decimal strings. Send strings or JSON numbers: their digits are read as
they are written, never through a float.

**Problems** are RFC 9457 documents; distinguish them by \`type\`, which is also the
path of a page that says what causes the problem and what to do. Quote \`X-Request-ID\` to support.

**Limits.** Requests of a class (reads, changes, uploads, reports) are counted for their user and for their tenant, those to
sign in for the network that they come from. \`RateLimit-Policy\` and \`RateLimit\` on each answer say how many are allowed and left; one
that comes too many is answered 429 with \`Retry-After\`, and has no effect. Pages, this document, and what the gateway answers by itself
(a path or method that doesn't exist, a token that isn't valid) count nowhere and carry neither.

**Traces** follow W3C Trace Context: a valid \`traceparent\` continues your trace, and every answer carries one.

**Lists** come in pages. Request the next page with the \`next_cursor\` of the page before, until it is \`null\`.

**HEAD** is answered wherever GET is, with the status and the headers of the answer and without its body. It counts as a read.

**Concurrent changes.** Send the \`ETag\` that you read as \`If-Match\`.`;

const BEARER = 'accessToken';

const PROBLEM_COMPONENTS = Object.fromEntries(
  Object.entries(PROBLEM_SCHEMAS).map(([name, schema]) => [name, described(schema, name)]),
);

const HEADERS: Readonly<Record<string, Json>> = {
  RequestId: {
    description: 'The id of the request: the one that was sent, or else a new one.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,128}$' },
  },
  ETag: {
    description: 'The version of the resource, for `If-Match`.',
    schema: { type: 'string', pattern: '^"\\d{1,9}"$', examples: ['"3"'] },
  },
  Location: {
    description: 'Where the result is read, on the same host.',
    schema: { type: 'string', format: 'uri-reference' },
  },
  IdempotencyReplayed: {
    description: 'Present only when an earlier answer is repeated.',
    schema: { type: 'string', const: 'true' },
  },
  RateLimit: {
    description:
      'The requests that are left under each quota (`r`), and the seconds until it begins anew (`t`); see draft-ietf-httpapi-ratelimit-headers.',
    schema: { type: 'string', examples: ['"reads-per-user";r=999;t=7, "reads-per-tenant";r=2999;t=7'] },
  },
  RateLimitPolicy: {
    description:
      'The quotas that the request counts against: so many requests (`q`) in so many seconds (`w`).',
    schema: {
      type: 'string',
      examples: ['"reads-per-user";q=1000;w=10, "reads-per-tenant";q=3000;w=10'],
    },
  },
  RetryAfter: {
    description: 'The seconds to wait before the next attempt.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
  WwwAuthenticate: {
    description: 'The scheme of authentication.',
    schema: { type: 'string', const: 'Bearer' },
  },
};

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'A key that is unique for the effect that you want, and the same when you retry. Answers are kept for 24 hours.',
  schema: {
    type: 'string',
    minLength: 1,
    maxLength: 255,
    pattern: '^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$',
  },
};

const ifMatchHeader = {
  name: 'If-Match',
  in: 'header',
  description: 'The `ETag` of the version that you read. Another version is not changed.',
  schema: { type: 'string', pattern: '^"\\d{1,9}"$', examples: ['"3"'] },
};

const PARAMETERS: Readonly<Record<string, Json>> = {
  IdempotencyKey: idempotencyKey,
  IdempotencyKeyRequired: { ...idempotencyKey, required: true },
  IfMatch: ifMatchHeader,
  IfMatchRequired: { ...ifMatchHeader, required: true },
  RequestId: {
    name: 'X-Request-ID',
    in: 'header',
    description: 'Your own id for the request. An id that does not match the pattern is replaced.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,128}$' },
  },
};

const SUCCESS_DESCRIPTIONS: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Created.',
  202: 'Accepted: the work continues in the background.',
  204: 'Done; the answer has no body.',
};

/** Bodies that aren't JSON, by media type. */
const BODY_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  'multipart/form-data': {
    type: 'object',
    properties: {
      file: {
        description: 'The file, as CSV, with its name.',
        type: 'string',
        contentMediaType: 'application/octet-stream',
      },
    },
    required: ['file'],
  },
};
const TEXT: JsonSchema = { type: 'string' };

/** The mock bank isn't part of the product: environments that pay through a real bank don't have it. */
export function isPublished({ group }: Pick<RouteEntry, 'group'>): boolean {
  return group !== 'mock-bank';
}

/** Builds the contract of the API as OpenAPI 3.1. The same routes give the same document. */
export function openApiDocument(
  all: readonly RouteEntry[],
  sharedSchemas: ReadonlyMap<string, Schema>,
  version: string,
): OpenApiDocument {
  const published = inReadingOrder(all.filter(isPublished));
  const schemas = new ContractSchemas(sharedSchemas);
  const problems = new ProblemResponses();
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of published) {
    const path = publicPath(route);
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: operation(route, schemas, problems),
    };
  }
  const components = { ...schemas.components, ...PROBLEM_COMPONENTS };
  showAnswers(paths, components);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Vestry',
      version,
      summary: 'Share registers and employee plans for many tenants.',
      description: DESCRIPTION,
      contact: { name: 'Vestry', email: 'security@vestry.example' },
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    // It is relative to the document, which stands at the root of the deployment, whatever that is behind.
    servers: [{ url: '.', description: 'This deployment' }],
    tags: [...new Set(published.map(({ group }) => group))].map(tagOf),
    paths,
    components: {
      schemas: components,
      responses: problems.components,
      parameters: PARAMETERS,
      headers: HEADERS,
      securitySchemes: {
        [BEARER]: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An access token from `POST /api/auth/login`.',
        },
      },
    },
  };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Sorts routes by group as in the table, and within a group by path and method. */
export function inReadingOrder(routes: readonly RouteEntry[]): RouteEntry[] {
  const groups = [...new Set(routes.map(({ group }) => group))];
  const place = (route: RouteEntry) => groups.indexOf(route.group);
  return routes.toSorted(
    (a, b) =>
      place(a) - place(b) ||
      (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) ||
      METHODS.indexOf(a.method) - METHODS.indexOf(b.method),
  );
}

const NO_HEAD = '`HEAD` is refused (405): it may have no effect, and the answer of this has one.';

function operation(route: RouteEntry, schemas: ContractSchemas, problems: ProblemResponses): Json {
  const isHeadless = route.method === 'GET' && !answersHead(route);
  const description = [route.description, isHeadless ? NO_HEAD : '', audience(route)]
    .filter(Boolean)
    .join('\n\n');
  return {
    operationId: route.operationId,
    tags: [tagOf(route.group).name],
    summary: route.summary,
    ...(description === '' ? {} : { description }),
    security: route.roles === 'PUBLIC' ? [] : [{ [BEARER]: [] }],
    ...(isHeadless ? { 'x-head': 'refused' } : {}),
    'x-roles': route.roles === 'PUBLIC' ? ['PUBLIC'] : route.roles,
    ...(route.roles === 'PUBLIC' ? {} : { 'x-tenant-types': tenantTypesOf(route) }),
    parameters: parameters(route, schemas),
    ...(route.body === undefined ? {} : { requestBody: requestBody(route, route.body, schemas) }),
    responses: {
      [route.status]: success(route, schemas),
      ...(route.waiting === undefined || route.status === 202
        ? {}
        : { 202: waiting(route.waiting, schemas) }),
      ...problems.of(route),
    },
  };
}

/** Operators belong to the platform's own tenant, all others to a customer. */
export function tenantTypesOf(route: Pick<RouteEntry, 'roles' | 'tenants'>): readonly TenantType[] {
  if (route.roles === 'PUBLIC') return [];
  if (route.tenants !== undefined) return route.tenants;
  const isOperator = (role: Role) => role === 'OPERATOR';
  return [
    ...(route.roles.every(isOperator) ? [] : TENANT_TYPES),
    ...(route.roles.some(isOperator) ? (['PLATFORM'] as const) : []),
  ];
}

function audience(route: RouteEntry): string {
  if (route.roles === 'PUBLIC') return '';
  return `Roles: ${listed(route.roles)}. Tenants: ${listed(tenantTypesOf(route))}.`;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function parameters(route: RouteEntry, schemas: ContractSchemas): Json[] {
  const none: ObjectParts = { properties: {}, required: [] };
  const inPath = route.params === undefined ? none : schemas.parameters(route.params);
  const inQuery = route.query === undefined ? none : schemas.parameters(route.query);
  const shared = (name: string) => ({ $ref: `#/components/parameters/${name}` });
  const idempotency = idempotencyOf(route);
  const ifMatch = ifMatchOf(route);
  return [
    ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
      ...parameter(route, name, 'path', inPath.properties[name] ?? TEXT),
      required: true,
    })),
    ...Object.entries(inQuery.properties).map(([name, schema]) => ({
      ...parameter(route, name, 'query', schema),
      ...(inQuery.required.includes(name) ? { required: true } : {}),
    })),
    ...(idempotency === 'none'
      ? []
      : [shared(`IdempotencyKey${idempotency === 'required' ? 'Required' : ''}`)]),
    ...(ifMatch === 'none' ? [] : [shared(`IfMatch${ifMatch === 'required' ? 'Required' : ''}`)]),
    shared('RequestId'),
  ];
}

function parameter(route: RouteEntry, name: string, where: 'path' | 'query', schema: JsonSchema): Json {
  const { description = parameterDescription(route, name, where), ...rest } = schema;
  return { name, in: where, ...(description === undefined ? {} : { description }), schema: rest };
}

function requestBody(route: RouteEntry, schema: Schema, schemas: ContractSchemas): Json {
  const content = (route.consumes ?? ['application/json']).map((mediaType) => [
    mediaType,
    {
      schema: isJson(mediaType)
        ? schemas.reference(schema, 'input', `${pascalCase(route.operationId)}Request`)
        : (BODY_SCHEMAS[mediaType] ?? TEXT),
      ...(isJson(mediaType) && route.example !== undefined ? { example: route.example } : {}),
    },
  ]);
  return { required: route.bodyOptional !== true, content: Object.fromEntries(content) };
}

function success(route: RouteEntry, schemas: ContractSchemas): Json {
  const { response } = route;
  const header = (name: string, when: boolean, component: string) =>
    when ? { [name]: { $ref: `#/components/headers/${component}` } } : {};
  const content = (route.produces ?? ['application/json']).map((mediaType) => [
    mediaType,
    {
      schema:
        isJson(mediaType) && response !== undefined
          ? orWaiting(route, orExpanded(route, responseOf(route, response, schemas), schemas), schemas)
          : TEXT,
    },
  ]);
  return {
    description: SUCCESS_DESCRIPTIONS[route.status] ?? `${STATUS_CODES[route.status]}.`,
    headers: {
      ...header('X-Request-ID', true, 'RequestId'),
      ...header('RateLimit', limitOf(route) !== undefined, 'RateLimit'),
      ...header('RateLimit-Policy', limitOf(route) !== undefined, 'RateLimitPolicy'),
      ...header('ETag', answersEtag(route), 'ETag'),
      ...header('Location', route.location !== undefined, 'Location'),
      ...header('Idempotency-Replayed', idempotencyOf(route) !== 'none', 'IdempotencyReplayed'),
    },
    ...(response === undefined ? {} : { content: Object.fromEntries(content) }),
  };
}

function responseOf({ operationId }: RouteEntry, response: Schema, schemas: ContractSchemas): JsonSchema {
  return schemas.reference(response, 'output', `${pascalCase(operationId)}Response`);
}

/** An object that is answered with more than itself: each part as its own operation answers it. */
function orExpanded(route: RouteEntry, schema: JsonSchema, schemas: ContractSchemas): JsonSchema {
  if (route.expands === undefined) return schema;
  const parts = Object.entries(route.expands).map(([name, operationId]) => {
    const operation = routes.find((one) => one.operationId === operationId);
    if (operation?.response === undefined) throw new Error(`${operationId} answers nothing to expand`);
    const description = `As \`${operationId}\` answers it, with ${FIRST_ROWS.limit} rows where it is a list.`;
    return [name, { ...responseOf(operation, operation.response, schemas), description }] as const;
  });
  const expanded = {
    type: 'object',
    description: 'What `expand` asks for, by its name. Absent where nothing is.',
    properties: Object.fromEntries(parts),
  };
  const name = `Expanded${pascalCase(route.operationId.replace('get', ''))}`;
  return schemas.compose(name, { allOf: [schema, { type: 'object', properties: { expanded } }] });
}

/** A route that answers 202 anyway, and may wait for a second person, answers either of two bodies. */
function orWaiting(route: RouteEntry, schema: JsonSchema, schemas: ContractSchemas): JsonSchema {
  if (route.waiting === undefined || route.status !== 202) return schema;
  const waiting = schemas.reference(route.waiting, 'output', 'ChangeRequest');
  return waiting.$ref === schema.$ref ? schema : { anyOf: [schema, waiting] };
}

/** The answer of a controlled route whose change waits for a second person. */
function waiting(schema: Schema, schemas: ContractSchemas): Json {
  return {
    description: 'Another person must confirm the change: it waits as a change request, see `/approvals`.',
    headers: {
      'X-Request-ID': { $ref: '#/components/headers/RequestId' },
      RateLimit: { $ref: '#/components/headers/RateLimit' },
      'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
      Location: { $ref: '#/components/headers/Location' },
    },
    content: { 'application/json': { schema: schemas.reference(schema, 'output', 'ChangeRequest') } },
  };
}

function isJson(mediaType: string): boolean {
  return /[/+]json$/.test(mediaType);
}

function pascalCase(operationId: string): string {
  return operationId.charAt(0).toUpperCase() + operationId.slice(1);
}
