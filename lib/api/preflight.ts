const ALLOWED_METHODS = 'GET,POST,PATCH,PUT,DELETE';
const ALLOWED_HEADERS = 'Authorization,Content-Type,Idempotency-Key,If-Match,Traceparent,X-Request-ID';
const MAX_AGE_SECONDS = 600;

const ORIGIN_HEADER = 'method.response.header.Access-Control-Allow-Origin';

/**
 * Returns the `options` operation by which API Gateway itself answers a browser's preflight for exactly these
 * origins. Without origins there is no CORS.
 */
export function preflight(origins: readonly string[]): Record<string, unknown> {
  if (origins.length === 0) return {};
  const headers: Readonly<Record<string, string>> = {
    'Access-Control-Allow-Methods': ALLOWED_METHODS,
    'Access-Control-Allow-Headers': ALLOWED_HEADERS,
    'Access-Control-Max-Age': String(MAX_AGE_SECONDS),
    Vary: 'Origin',
  };
  const constants = Object.entries(headers).map(([name, value]) => [
    `method.response.header.${name}`,
    `'${value}'`,
  ]);
  return {
    options: {
      responses: {
        204: {
          description: 'The answer to a preflight request',
          headers: Object.fromEntries(
            ['Access-Control-Allow-Origin', ...Object.keys(headers)].map((name) => [
              name,
              { schema: { type: 'string' } },
            ]),
          ),
        },
      },
      security: [],
      'x-amazon-apigateway-integration': {
        type: 'mock',
        requestTemplates: { 'application/json': '{"statusCode":204}' },
        passthroughBehavior: 'when_no_templates',
        responses: {
          default: {
            statusCode: '204',
            responseParameters: { ...Object.fromEntries(constants), [ORIGIN_HEADER]: `'${origins[0]}'` },
            responseTemplates: { 'application/json': originTemplate(origins) },
          },
        },
      },
    },
  };
}

/**
 * Returns Velocity code that names the caller's origin if it is one of ours; otherwise the header keeps its constant,
 * the first origin.
 */
function originTemplate(origins: readonly string[]): string {
  const isOurs = origins.map((origin) => `$origin == "${origin}"`).join(' || ');
  return [
    '#set($origin = $input.params().header.get("Origin"))',
    `#if(${isOurs})#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end`,
  ].join('\n');
}
