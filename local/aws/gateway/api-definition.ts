import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import { StartError } from '#aws/start-error.ts';
import { type ApiSpec, functionNameOf } from '#aws/templates/platform-model.ts';
import { GatewayResponses } from './gateway-responses.ts';
import { RouteTable } from './route-table.ts';

export interface AuthorizerSpec {
  readonly functionName: string;
  /** Lower-case header names; a request without one of them is refused unasked. */
  readonly identityHeaders: readonly string[];
  readonly cacheSeconds: number;
}

export interface Integration {
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly authorizer: AuthorizerSpec | undefined;
}

export interface ApiResource {
  /** The path with its parameters in braces. */
  readonly path: string;
  readonly methods: ReadonlyMap<string, Integration>;
  readonly anyMethod: Integration | undefined;
}

export interface ApiDefinition {
  readonly spec: ApiSpec;
  readonly routes: RouteTable<ApiResource>;
  readonly responses: GatewayResponses;
  readonly binaryMediaTypes: ReadonlySet<string>;
  /** The names of every function that the API calls. */
  readonly functionNames: ReadonlySet<string>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
const ANY_METHOD = 'x-amazon-apigateway-any-method';
const INTEGRATION_TIMEOUT_MS = 29_000;
const DEFAULT_CACHE_SECONDS = 300;

const KNOWN_EXTENSIONS = new Set([
  'x-amazon-apigateway-binary-media-types',
  'x-amazon-apigateway-endpoint-access-mode',
  'x-amazon-apigateway-endpoint-configuration',
  'x-amazon-apigateway-gateway-responses',
  'x-amazon-apigateway-policy',
  'x-amazon-apigateway-security-policy',
]);

/** Reads an OpenAPI 3.0 body. Throws `StartError` on an extension that would be ignored. */
export function readApiDefinition(spec: ApiSpec): ApiDefinition {
  const { body, path: api } = spec;
  const extension = Object.keys(body).find(
    (name) => name.startsWith('x-amazon-') && !KNOWN_EXTENSIONS.has(name),
  );
  if (extension !== undefined) throw new StartError(`${api}: ${extension} is not implemented`);
  const authorizers = readAuthorizers(body, api);
  const routes = new RouteTable<ApiResource>();
  const functionNames = new Set([...authorizers.values()].map(({ functionName }) => functionName));
  for (const [path, item] of Object.entries((body.paths ?? {}) as Record<string, JsonObject>)) {
    const resource = readResource(path, item, { api, authorizers, security: body.security });
    for (const { functionName } of [
      ...resource.methods.values(),
      ...(resource.anyMethod ? [resource.anyMethod] : []),
    ])
      functionNames.add(functionName);
    routes.add(path, resource);
  }
  return {
    spec,
    routes,
    responses: new GatewayResponses((body['x-amazon-apigateway-gateway-responses'] ?? {}) as JsonObject, api),
    binaryMediaTypes: new Set((body['x-amazon-apigateway-binary-media-types'] ?? []) as string[]),
    functionNames,
  };
}

interface Surroundings {
  readonly api: string;
  readonly authorizers: ReadonlyMap<string, AuthorizerSpec>;
  readonly security: unknown;
}

function readResource(path: string, item: JsonObject, surroundings: Surroundings): ApiResource {
  const methods = new Map<string, Integration>();
  let anyMethod: Integration | undefined;
  for (const [key, operation] of Object.entries(item)) {
    if (!isJsonObject(operation)) continue;
    const integration = readIntegration(`${key} ${path}`, operation, surroundings);
    if (key === ANY_METHOD) anyMethod = integration;
    else if (METHODS.includes(key)) methods.set(key.toUpperCase(), integration);
    else throw new StartError(`${surroundings.api}: ${key} ${path} is not implemented`);
  }
  return { path, methods, anyMethod };
}

/** `…:lambda:path/2015-03-31/functions/ARN/invocations` */
function functionOfUri(uri: unknown, where: string): string {
  const arn = /\/functions\/(arn:[^/]+)\/invocations$/.exec(String(uri))?.[1];
  if (arn === undefined) throw new StartError(`${where}: the integration ${String(uri)} is not a function`);
  return functionNameOf(arn);
}

function readIntegration(
  operation: string,
  definition: JsonObject,
  { api, authorizers, security }: Surroundings,
): Integration {
  const where = `${api}: ${operation}`;
  const integration = definition['x-amazon-apigateway-integration'];
  if (!isJsonObject(integration)) throw new StartError(`${where} has no integration`);
  const type = String(integration.type).toLowerCase();
  if (type !== 'aws_proxy') throw new StartError(`${where}: the integration type ${type} is not implemented`);
  const requirement = ((definition.security ?? security ?? []) as readonly JsonObject[])[0];
  const scheme = requirement && Object.keys(requirement)[0];
  const authorizer = scheme === undefined ? undefined : authorizers.get(scheme);
  if (scheme !== undefined && authorizer === undefined)
    throw new StartError(`${where}: the authorizer ${scheme} is not implemented`);
  return {
    functionName: functionOfUri(integration.uri, where),
    timeoutMs: Number(integration.timeoutInMillis ?? INTEGRATION_TIMEOUT_MS),
    authorizer,
  };
}

function readAuthorizers(body: JsonObject, api: string): Map<string, AuthorizerSpec> {
  const { securitySchemes = {} } = (body.components ?? {}) as {
    securitySchemes?: Record<string, JsonObject>;
  };
  const authorizers = new Map<string, AuthorizerSpec>();
  for (const [name, scheme] of Object.entries(securitySchemes)) {
    const definition = scheme['x-amazon-apigateway-authorizer'];
    if (!isJsonObject(definition)) continue;
    const where = `${api}: authorizer ${name}`;
    if (definition.type !== 'request') throw new StartError(`${where}: only type request is implemented`);
    const sources = String(definition.identitySource ?? '')
      .split(',')
      .map((source) => source.trim())
      .filter(Boolean);
    const identityHeaders = sources.map((source) => {
      const header = /^method\.request\.header\.([\w-]+)$/.exec(source)?.[1];
      if (header === undefined)
        throw new StartError(`${where}: the identity source ${source} is not implemented`);
      return header.toLowerCase();
    });
    authorizers.set(name, {
      functionName: functionOfUri(definition.authorizerUri, where),
      identityHeaders,
      cacheSeconds: Number(definition.authorizerResultTtlInSeconds ?? DEFAULT_CACHE_SECONDS),
    });
  }
  return authorizers;
}
