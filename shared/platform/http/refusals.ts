import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { ProblemSlug } from '#contracts/problems.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { countSecurity } from '#platform/observability/security.ts';
import { type Claim, isEntered, type Refusal } from './refusal.ts';
import type { RouteSpec } from './route.ts';

/** The problems that refuse somebody, rather than something that they sent. */
const REFUSALS: Partial<Record<ProblemSlug, Refusal>> = {
  unauthenticated: { action: 'access.denied', onceAMinute: true },
  'too-many-requests': { action: 'access.denied', onceAMinute: true },
  'invalid-signature': { action: 'access.denied', onceAMinute: true },
  'invalid-credentials': { action: 'login.failed' },
  'invalid-refresh-token': { action: 'session.refresh-refused', onceAMinute: true },
  'sign-in-invalid': { action: 'sign-in.refused', onceAMinute: true },
  'sign-in-refused': { action: 'sign-in.refused' },
  'sso-required': { action: 'login.failed' },
  forbidden: { action: 'access.denied' },
  'four-eyes': { action: 'access.denied' },
  'tenant-suspended': { action: 'access.denied' },
  'network-not-allowed': { action: 'access.denied', onceAMinute: true },
};

const claims = new WeakMap<APIGatewayProxyEvent, () => Promise<Claim>>();

/** Notes how to find out whom a request is about. Nobody asks, unless it is refused. */
export function noteClaim(event: APIGatewayProxyEvent, claim: () => Promise<Claim>): void {
  claims.set(event, claim);
}

/** Writes every refusal to the audit trail, before it is answered; one that can't be written is answered as the outage that it is. */
export function refusals(
  route: RouteSpec,
): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult, Error, Context> {
  return {
    onError: async (request) => {
      const error = await translateDatabaseError(request.error);
      const refusal = error instanceof DomainError ? REFUSALS[error.slug] : undefined;
      if (refusal === undefined || isEntered(error as Error)) return;
      countSecurity(refusal.action);
      if (route.database === false) return;
      try {
        // Loaded by the requests that are refused: what every function starts from is bounded.
        const { enterRefusal } = await import('./enter-refusal.ts');
        await enterRefusal(
          route,
          request.event,
          refusal,
          (error as DomainError).slug,
          claims.get(request.event),
        );
      } catch (failure) {
        request.error = failure as Error;
      }
    },
  };
}
