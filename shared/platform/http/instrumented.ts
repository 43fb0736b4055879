import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { publicPath } from '#contracts/api-paths.ts';
import { answerCanary, isCanary } from '#platform/canary.ts';
import { observeMs } from '#platform/observability/metrics.ts';
import { continued, invocation, type Span, traceHeaders } from '#platform/observability/trace.ts';
import { corsHeaders } from './cors.ts';
import { headersOf } from './parse.ts';
import type { RouteSpec } from './route.ts';

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

const SERVER_ERROR = 500;

/**
 * Measures a route's function and records it as a span of the caller's trace, or of a new one. The answer carries the
 * trace, and lets pages of the configured origins read it.
 */
export function instrumented(route: RouteSpec, handler: Handler): Handler {
  const start = {
    name: `${route.method} ${publicPath(route)}`,
    kind: 'server',
    attributes: {
      'http.request.method': route.method,
      // The template: paths may hold tokens of links.
      'http.route': publicPath(route),
      'vestry.route': route.operationId,
    },
  } as const;
  return (event, context) =>
    isCanary(event)
      ? answerCanary()
      : invocation(() =>
          continued(sentTraceparent(event), start, async (span) => {
            const startedMs = performance.now();
            let status = SERVER_ERROR;
            try {
              const response = await handler(event, context);
              status = response.statusCode;
              // It has been handled as GET all the way (RFC 9110, 9.3.2).
              if (event.httpMethod === 'HEAD') Object.assign(response, { body: '', isBase64Encoded: false });
              response.multiValueHeaders = {
                ...response.multiValueHeaders,
                ...multiValue({ ...traceHeaders(), ...corsHeaders(headersOf(event).get('origin')?.[0]) }),
              };
              return response;
            } finally {
              describe(span, event, status);
              observeMs('HttpRequestDuration', performance.now() - startedMs, {
                route: route.operationId,
                method: route.method,
                status: `${Math.floor(status / 100)}xx`,
              });
            }
          }),
        );
}

/** A header that came twice is ignored. */
function sentTraceparent(event: APIGatewayProxyEvent): string | undefined {
  const sent = headersOf(event).get('traceparent');
  return sent?.length === 1 ? sent[0]?.trim() : undefined;
}

function describe(span: Span, event: APIGatewayProxyEvent, status: number): void {
  span.set({
    'http.response.status_code': status,
    'vestry.request_id': headersOf(event).get('x-request-id')?.[0],
    'vestry.tenant_id': event.requestContext.authorizer?.tid as string | undefined,
  });
  if (status >= SERVER_ERROR) span.fail(String(status));
}

function multiValue(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}
