import { createHash } from 'node:crypto';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { LIMIT_WINDOW_SECONDS, type RequestClass } from '#contracts/request-classes.ts';
import { sourceNetwork } from '#kernel/source-network.ts';
import type { Left } from '#platform/db/known-quotas.ts';
import { originOfRequest } from '#platform/db/origin.ts';
import { asCounted, type CountedRequest, type Quota } from '#platform/db/request-count.ts';
import { environment } from '#platform/environment.ts';
import { principalOf } from './authorize.ts';
import { limitOf, type RouteSpec } from './route.ts';

/**
 * Runs a request that uses up the quotas of its class: those of its user and their tenant, or that of the network where it comes from if nobody calls. The
 * answer says what is left of them (draft-ietf-httpapi-ratelimit-headers).
 */
export async function limited(
  route: RouteSpec,
  event: APIGatewayProxyEvent,
  run: () => Promise<APIGatewayProxyResult>,
): Promise<APIGatewayProxyResult> {
  const requestClass = limitOf(route);
  if (requestClass === undefined) return run();
  const quotas = route.roles === 'PUBLIC' ? quotasOfSource(requestClass) : quotasOfCaller(event);
  if (quotas.length === 0) return run();
  const request: CountedRequest = { requestClass, quotas, counted: false };
  const response = await asCounted(request, run);
  response.multiValueHeaders = { ...response.multiValueHeaders, ...headersOf(request) };
  return response;
}

function quotasOfCaller(event: APIGatewayProxyEvent): Quota[] {
  const caller = principalOf(event);
  if (caller === undefined) return [];
  return [
    { of: 'user', key: caller.actorId, requests: environment.requestsPerUser() },
    { of: 'tenant', key: caller.tenantId, requests: environment.requestsPerTenant() },
  ];
}

function quotasOfSource(requestClass: RequestClass): Quota[] {
  const network = sourceNetwork(originOfRequest()?.sourceIp ?? '');
  const digest = createHash('sha256').update(`${requestClass} ${network}`).digest('hex').slice(0, 32);
  return [{ of: 'source', key: digest, requests: environment.requestsPerSource() }];
}

/** Structured fields (RFC 9651): a list of policies with parameters. */
function headersOf({ requestClass, quotas, left }: CountedRequest): Record<string, string[]> {
  const name = ({ of }: Quota) => `"${requestClass}-per-${of}"`;
  const policies = quotas.map((quota) => `${name(quota)};q=${quota.requests};w=${LIMIT_WINDOW_SECONDS}`);
  const remaining = quotas.flatMap((quota, index) => {
    const requests = left?.remaining[index];
    return requests === undefined ? [] : [`${name(quota)};r=${requests};t=${resetSecondsOf(left)}`];
  });
  return {
    'ratelimit-policy': [policies.join(', ')],
    ...(remaining.length === 0 ? {} : { ratelimit: [remaining.join(', ')] }),
  };
}

/** Rounds up, as `Retry-After` is. */
function resetSecondsOf(left: Left | undefined): number {
  return Math.max(1, Math.ceil((left?.resetMs ?? 0) / 1000));
}
