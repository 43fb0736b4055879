import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { DomainError } from '#kernel/domain-error.ts';
import { logger } from '#platform/observability/logger.ts';
import { headersOf } from './parse.ts';
import { requestIdFrom } from './request-id.ts';
import type { RouteSpec } from './route.ts';

type HttpMiddleware = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult, Error, Context>;

/** One id for all parts of a request: chosen once, kept on the event for those that follow. */
function settleRequestId(event: APIGatewayProxyEvent): void {
  const id = requestIdFrom(headersOf(event).get('x-request-id'));
  const others = Object.entries(event.multiValueHeaders ?? {}).filter(
    ([name]) => name.toLowerCase() !== 'x-request-id',
  );
  event.multiValueHeaders = { ...Object.fromEntries(others), 'x-request-id': [id] };
}

/** Renders every error as a problem document. */
export function problems(route: RouteSpec): HttpMiddleware {
  return {
    onError: async (request) => {
      // Loaded by the requests that go wrong: what every function starts from is bounded.
      const { answerError } = await import('./answer-error.ts');
      const requestId = headersOf(request.event).get('x-request-id')?.[0] ?? '';
      request.response = await answerError(route.operationId, requestId, request.error);
    },
  };
}

/** One log line a request, and the request id on every answer. */
export function observe(route: RouteSpec): HttpMiddleware {
  let startedMs = 0;
  const finish = (request: {
    event: APIGatewayProxyEvent;
    response: APIGatewayProxyResult | null | undefined;
    error?: unknown;
  }) => {
    const requestId = headersOf(request.event).get('x-request-id')?.[0] ?? '';
    const { response } = request;
    if (response) response.multiValueHeaders = { ...response.multiValueHeaders, 'x-request-id': [requestId] };
    const error =
      request.error instanceof DomainError ? request.error.slug : request.error ? 'unexpected' : undefined;
    logger.info('request', {
      route: route.operationId,
      request_id: requestId,
      status: response?.statusCode,
      ...(error === undefined ? {} : { problem: error }),
      duration_ms: Math.round((performance.now() - startedMs) * 10) / 10,
      tenant_id: request.event.requestContext.authorizer?.tid,
      actor_id: request.event.requestContext.authorizer?.sub,
    });
  };
  return {
    before: ({ context, event }) => {
      startedMs = performance.now();
      settleRequestId(event);
      logger.addContext(context);
    },
    after: finish,
    onError: finish,
  };
}
