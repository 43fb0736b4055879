import { publicPath } from '#contracts/api-paths.ts';
import { answersHead } from '#platform/http/route.ts';
import type { RouteEntry } from '../../shared/routes.ts';
import { gatewayResponses } from './gateway-responses.ts';

export interface ApiDefinitionProps {
  readonly title: string;
  readonly region: string;
  readonly routes: readonly RouteEntry[];
  readonly corsOrigins: readonly string[];
  /** The ARN that API Gateway invokes for a route. */
  readonly functionArn: (route: RouteEntry) => string;
  readonly authorizerArn: string;
  readonly notFoundArn: string;
  /** The ARN of the role by which API Gateway invokes the functions. */
  readonly invokeRoleArn: string;
}

/** TLS 1.2 with forward secrecy, or newer. What a regional API has by itself begins with TLS 1.0. */
const TLS_POLICY = 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09';

type Operation = Readonly<Record<string, unknown>>;

/** The name of the security scheme that the authorizer implements. */
const TOKEN = 'token';
/** Verdicts are kept for a token; suspension and removal take effect no later on routes that only read. */
const VERDICT_SECONDS = 60;
/** Bodies that reach functions as base64 instead of text. */
const BINARY_MEDIA_TYPES = ['multipart/form-data', 'application/octet-stream'];

/**
 * Returns the API as an OpenAPI 3.0 document with API Gateway's extensions. It defines where requests go and who may
 * send them; the functions check schemas, and answer with problems.
 */
export function apiDefinition(props: ApiDefinitionProps): Record<string, unknown> {
  const integration = (functionArn: string) => ({
    type: 'aws_proxy',
    httpMethod: 'POST',
    uri: `arn:aws:apigateway:${props.region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
    credentials: props.invokeRoleArn,
    passthroughBehavior: 'when_no_match',
  });
  const notFound: Operation = {
    responses: {},
    security: [],
    'x-amazon-apigateway-integration': integration(props.notFoundArn),
  };
  const paths: Record<string, Record<string, unknown>> = {};
  const pathItem = (path: string) => (paths[path] ??= parametersOf(path));
  for (const route of props.routes) {
    const operation: Operation = {
      responses: {},
      security: route.roles === 'PUBLIC' ? [] : [{ [TOKEN]: [] }],
      'x-amazon-apigateway-integration': integration(props.functionArn(route)),
    };
    const item = pathItem(publicPath(route));
    item[route.method.toLowerCase()] = { operationId: route.operationId, ...operation };
    // The same function answers it, without the body.
    if (answersHead(route)) item.head = operation;
  }
  for (const path of [...Object.keys(paths).flatMap(pathsAbove), '/', '/{proxy+}']) pathItem(path);
  for (const item of Object.values(paths)) item['x-amazon-apigateway-any-method'] = notFound;
  return {
    openapi: '3.0.1',
    info: { title: props.title, version: '1' },
    paths,
    components: {
      securitySchemes: {
        [TOKEN]: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          'x-amazon-apigateway-authtype': 'custom',
          'x-amazon-apigateway-authorizer': {
            type: 'request',
            identitySource: 'method.request.header.Authorization',
            authorizerUri: integration(props.authorizerArn).uri,
            authorizerCredentials: props.invokeRoleArn,
            authorizerResultTtlInSeconds: VERDICT_SECONDS,
          },
        },
      },
    },
    'x-amazon-apigateway-security-policy': TLS_POLICY,
    'x-amazon-apigateway-endpoint-access-mode': 'BASIC',
    'x-amazon-apigateway-binary-media-types': BINARY_MEDIA_TYPES,
    'x-amazon-apigateway-gateway-responses': gatewayResponses(props.corsOrigins),
  };
}

/**
 * `/api/tenants/{id}` → `/api`, `/api/tenants`. They exist for API Gateway because of what stands below; without a method of
 * their own they would be answered as if a token were missing.
 */
function pathsAbove(path: string): string[] {
  const segments = path.split('/').slice(1, -1);
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`);
}

function parametersOf(path: string): Record<string, unknown> {
  const names = [...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name]) => name);
  if (names.length === 0) return {};
  return {
    parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
  };
}
