import type { APIGatewayProxyResult } from 'aws-lambda';
import { DomainError } from '#kernel/domain-error.ts';
import { RETRY_AFTER_SECONDS, translateDatabaseError } from '#platform/db/errors.ts';
import * as environment from '#platform/environment.ts';
import { logger } from '#platform/observability/logger.ts';
import { count } from '#platform/observability/metrics.ts';
import { isOutage } from '#platform/outage.ts';
import { renderProblem } from './problem-document.ts';

const OUT_OF_TIME = 'Send the same request again, with the same Idempotency-Key if it had one.';

/** Recognises the error by which middy ends a request shortly before the function's time runs out. */
function isOutOfTime(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError' && error.message.includes('AbortError');
}

/** Returns the problem that an error is, or the error where it is none: something outside that can't answer now is an outage, and no fault of ours. */
async function problemOf(error: unknown): Promise<unknown> {
  const known = await translateDatabaseError(error);
  if (known instanceof DomainError || isOutOfTime(known)) return known;
  if (!isOutage(known)) return known;
  return new DomainError(
    'temporarily-unavailable',
    'A service that this needs does not answer. Send the same request again, with the same Idempotency-Key if it had one.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: known },
  );
}

/** Renders an error of a request as a problem document. An unforeseen error is logged and answered with 500, without any detail. */
export async function answerError(
  route: string,
  requestId: string,
  thrown: unknown,
): Promise<APIGatewayProxyResult> {
  const error = await problemOf(thrown);
  if (error instanceof DomainError) {
    if (error.slug === 'temporarily-unavailable') logger.warn('unavailable', { route, error });
    return renderProblem(error.slug, error.message, requestId, error);
  }
  if (isOutOfTime(error)) {
    logger.warn('out of time', { route, request_id: requestId });
    return renderProblem('gateway-timeout', OUT_OF_TIME, requestId, {
      errors: undefined,
      retryAfterSeconds: 1,
    });
  }
  count('UnexpectedErrors', 1, environment.functionVersion());
  logger.error('unexpected error', { route, request_id: requestId, error: error as Error });
  return renderProblem('internal-error', `Quote the request id ${requestId} to support.`, requestId);
}
