import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { publicPath } from '#contracts/api-paths.ts';
import type { Principal } from '#platform/http/authorize.ts';
import type { RouteSpec } from '#platform/http/route.ts';
import type { Json } from './json.ts';
import { callersExist } from './tenants.ts';

export interface TestRequest {
  /** @default the route's */
  readonly method?: 'HEAD';
  /** The caller. Without one the request carries no token. */
  readonly as?: Principal;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** An object is sent as JSON, a string or bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The part of the client's path before the API's own, such as a stage. @default nothing, as behind a domain */
  readonly base?: string;
  /** The address that it comes from. @default one for documentation */
  readonly address?: string;
  /** Is shown the event that the handler gets. */
  readonly seen?: (event: APIGatewayProxyEvent) => void;
}

export interface TestResponse {
  readonly status: number;
  readonly body: Json;
  readonly text: string;
  header(name: string): string | undefined;
}

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** Longer than a function has, since tests share a machine. */
const TIMEOUT_MS = 60_000;

/** Returns the event by which API Gateway hands a request to a function. */
export function proxyEvent(route: RouteSpec, request: TestRequest): APIGatewayProxyEvent {
  const {
    method = route.method,
    as,
    params = {},
    query = {},
    body,
    headers = {},
    base = '',
    address = '203.0.113.7',
  } = request;
  const path = publicPath(route).replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const all: Record<string, string | readonly string[]> = {
    ...(as === undefined ? {} : { Authorization: 'Bearer verified.by.authorizer' }),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...headers,
  };
  const multiValue = (values: Readonly<Record<string, string | readonly string[]>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value].flat() as string[]]));
  const bytes = Buffer.isBuffer(body) ? body : undefined;
  return {
    httpMethod: method,
    path,
    resource: publicPath(route),
    pathParameters: Object.keys(params).length === 0 ? null : { ...params },
    multiValueQueryStringParameters: Object.keys(query).length === 0 ? null : multiValue(query),
    queryStringParameters: null,
    multiValueHeaders: multiValue(all),
    headers: {},
    stageVariables: null,
    body:
      bytes?.toString('base64') ??
      (body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)),
    isBase64Encoded: bytes !== undefined,
    requestContext: {
      path: `${base}${path}`,
      domainName: 'api.vestry.example',
      identity: { sourceIp: address },
      authorizer:
        as === undefined
          ? undefined
          : {
              sub: as.actorId,
              sid: as.sessionId,
              role: as.actorRole,
              ...tenantOf(as),
              exp: String(Math.floor(Date.now() / 1000) + 900),
              ...(as.employeeId === undefined ? {} : { employeeId: as.employeeId }),
              ...(as.key === undefined ? {} : { key: JSON.stringify(as.key) }),
            },
    } as unknown as APIGatewayProxyEvent['requestContext'],
  };
}

/** An operator who reads a tenant has a token of the platform's own, which names the tenant. */
function tenantOf({ tenantId, tenantType, actorTenantId, acts }: Principal) {
  if (actorTenantId === undefined) return { tid: tenantId, tenantType };
  return {
    tid: actorTenantId,
    tenantType: 'PLATFORM',
    reads: JSON.stringify({ tenantId, tenantType, acts }),
  };
}

export function testContext(timeoutMs: number = TIMEOUT_MS): Context {
  const deadlineMs = Date.now() + timeoutMs;
  return {
    functionName: 'test',
    awsRequestId: 'test',
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  } as unknown as Context;
}

/** Runs a route's handler in this process, behind an authorizer that has accepted `as`. */
export async function call(
  handler: unknown,
  route: RouteSpec,
  request: TestRequest = {},
): Promise<TestResponse> {
  await callersExist();
  const event = proxyEvent(route, request);
  request.seen?.(event);
  const { statusCode, body, multiValueHeaders = {} } = await (handler as Handler)(event, testContext());
  const type = String(multiValueHeaders['content-type']?.[0] ?? '');
  return {
    status: statusCode,
    text: body,
    body: type.includes('json') && body !== '' ? JSON.parse(body) : body,
    header: (name) => multiValueHeaders[name.toLowerCase()]?.map(String).join(', '),
  };
}
