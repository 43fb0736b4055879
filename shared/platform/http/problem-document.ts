import type { APIGatewayProxyResult } from 'aws-lambda';
import { ANSWER_HEADERS } from '#contracts/answer-headers.ts';
import { type ProblemSlug, problemRegistry, problemType } from '#contracts/problems.ts';
import type { DomainError } from '#kernel/domain-error.ts';
import { multiValue } from './reply.ts';

/** Renders a problem (RFC 9457). Functions load this file when they meet the first. */
export function renderProblem(
  slug: ProblemSlug,
  detail: string,
  requestId: string,
  options: Pick<DomainError, 'errors' | 'retryAfterSeconds'> & { headers?: Record<string, string> } = {
    errors: undefined,
    retryAfterSeconds: undefined,
  },
): APIGatewayProxyResult {
  const { status, title } = problemRegistry[slug];
  const problem = {
    type: problemType(slug),
    title,
    status,
    detail,
    instance: `urn:vestry:request:${requestId}`,
    ...(options.errors === undefined ? {} : { errors: options.errors }),
  };
  return {
    statusCode: status,
    multiValueHeaders: multiValue({
      ...ANSWER_HEADERS,
      'content-type': 'application/problem+json',
      'x-request-id': requestId,
      ...(options.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(options.retryAfterSeconds) }),
      ...(slug === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
      ...options.headers,
    }),
    body: JSON.stringify(problem),
  };
}
