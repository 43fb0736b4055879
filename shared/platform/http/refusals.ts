import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { DomainError } from '#kernel/domain-error.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { type Claim, isEntered } from './refusal.ts';
import type { RouteSpec } from './route.ts';

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
      if (!(error instanceof DomainError) || isEntered(error)) return;
      try {
        // Loaded by the requests that go wrong: what every function starts from is bounded.
        const { enterRefusal } = await import('./enter-refusal.ts');
        await enterRefusal(route, request.event, error, claims.get(request.event));
      } catch (failure) {
        request.error = failure as Error;
      }
    },
  };
}
