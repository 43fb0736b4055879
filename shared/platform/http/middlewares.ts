import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { DomainError } from '#kernel/domain-error.ts';
import { RETRY_AFTER_SECONDS, translateDatabaseError } from '#platform/db/errors.ts';
import { environment } from '#platform/environment.ts';
import { logger } from '#platform/observability/logger.ts';
import { count } from '#platform/observability/metrics.ts';
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

const OUT_OF_TIME = 'Send the same request again, with the same Idempotency-Key if it had one.';

/** Recognises the error by which middy ends a request shortly before the function's time runs out. */
function isOutOfTime(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError' && error.message.includes('AbortError');
}

/** Returns the problem that an error is, or the error where it is none: something outside that can't answer now is an outage, and no fault of ours. */
async function problemOf(error: unknown): Promise<unknown> {
  const known = await translateDatabaseError(error);
  if (known instanceof DomainError || isOutOfTime(known)) return known;
  // Loaded by the requests that fail.
  const { isOutage } = await import('#platform/outage.ts');
  if (!isOutage(known)) return known;
  return new DomainError(
    'temporarily-unavailable',
    'A service that this needs does not answer. Send the same request again, with the same Idempotency-Key if it had one.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: known },
  );
}

/** Renders every error as a problem document. An unforeseen error is logged and answered with 500, without any detail. */
export function problems(route: RouteSpec): HttpMiddleware {
  return {
    onError: async (request) => {
      const { renderProblem } = await import('./problem-document.ts');
      const requestId = headersOf(request.event).get('x-request-id')?.[0] ?? '';
      const error = await problemOf(request.error);
      if (error instanceof DomainError) {
        if (error.slug === 'temporarily-unavailable')
          logger.warn('unavailable', { route: route.operationId, error });
        request.response = renderProblem(error.slug, error.message, requestId, error);
        return;
      }
      if (isOutOfTime(error)) {
        logger.warn('out of time', { route: route.operationId, request_id: requestId });
        request.response = renderProblem('gateway-timeout', OUT_OF_TIME, requestId, {
          errors: undefined,
          retryAfterSeconds: 1,
        });
        return;
      }
      count('UnexpectedErrors', 1, environment.functionVersion());
      logger.error('unexpected error', {
        route: route.operationId,
        request_id: requestId,
        error: error as Error,
      });
      request.response = renderProblem(
        'internal-error',
        `Quote the request id ${requestId} to support.`,
        requestId,
      );
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
