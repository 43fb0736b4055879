import { createHash } from 'node:crypto';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { LIMIT_WINDOW_SECONDS, type RequestClass } from '#contracts/request-classes.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { sourceNetwork } from '#kernel/source-network.ts';
import type { Left } from '#platform/db/known-quotas.ts';
import { originOfRequest } from '#platform/db/origin.ts';
import { asCounted, type CountedRequest, type Quota } from '#platform/db/request-count.ts';
import { type LoggedRequest, logStatement } from '#platform/db/request-log.ts';
import * as environment from '#platform/environment.ts';
import { type Principal, principalOf } from './authorize.ts';
import { headersOf } from './parse.ts';
import { requestIdFrom } from './request-id.ts';
import { limitOf, type RouteSpec } from './route.ts';

/**
 * Runs a request that uses up the quotas of its class: those of its user and their tenant, or that of the network where it comes from if nobody calls. The
 * answer says what is left of them (draft-ietf-httpapi-ratelimit-headers). A caller's request is in their tenant's log, with its answer.
 */
export async function limited(
  route: RouteSpec,
  event: APIGatewayProxyEvent,
  run: () => Promise<APIGatewayProxyResult>,
): Promise<APIGatewayProxyResult> {
  const requestClass = limitOf(route);
  if (requestClass === undefined) return run();
  const caller = route.roles === 'PUBLIC' ? undefined : principalOf(event);
  if (caller === undefined && route.roles !== 'PUBLIC') return run();
  const quotas = caller === undefined ? quotasOfSource(requestClass) : quotasOfCaller(caller);
  const logged = caller && loggedRequest(route, event, caller);
  const request: CountedRequest = {
    ...{ requestClass, quotas, counted: false },
    ...(logged && { log: rowOf(route, logged) }),
  };
  const startedMs = performance.now();
  const response = await asCounted(request, run);
  if (logged !== undefined && response.statusCode !== route.status) {
    // Loaded by the requests that are answered otherwise than their route promises.
    const { logOtherwise } = await import('./log-otherwise.ts');
    await logOtherwise(logged.request(), response, performance.now() - startedMs);
  }
  response.multiValueHeaders = { ...response.multiValueHeaders, ...quotaHeaders(request) };
  return response;
}

interface Logged {
  readonly id: string;
  /** Its request id is settled only when it has begun. */
  request(): LoggedRequest;
}

/** Returns the row of a request that is answered as its route promises. */
function rowOf({ method, status }: RouteSpec, logged: Logged): NonNullable<CountedRequest['log']> {
  const answer = { status, problem: null, durationMs: null };
  return { id: logged.id, isRead: method === 'GET', statement: () => logStatement(logged.request(), answer) };
}

/** Returns what names the request in the log. */
function loggedRequest(
  route: RouteSpec,
  event: APIGatewayProxyEvent,
  { tenantId, actorId, actorRole, key }: Principal,
): Logged {
  const atMs = Date.now();
  const id = uuidV7(atMs);
  const request = () => ({
    ...{ id, atMs, tenantId, actorId, actorRole },
    isKey: key !== undefined,
    method: event.httpMethod,
    route: route.path,
    operation: route.operationId,
    requestId: requestIdFrom(headersOf(event).get('x-request-id')),
    sourceIp: originOfRequest()?.sourceIp ?? null,
  });
  return { id, request };
}

function quotasOfCaller(caller: Principal): Quota[] {
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
function quotaHeaders({ requestClass, quotas, left }: CountedRequest): Record<string, string[]> {
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
