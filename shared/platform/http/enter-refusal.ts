import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ProblemSlug, problemRegistry } from '#contracts/problems.ts';
import type { DomainError } from '#kernel/domain-error.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { type Actor, recordApart } from '#platform/db/tenant-tx.ts';
import { countSecurity } from '#platform/observability/security.ts';
import { principalOf } from './authorize.ts';
import { idsOf } from './ids-in-path.ts';
import { enterOnceAMinute } from './once-a-minute.ts';
import { headersOf } from './parse.ts';
import { type Claim, markedRefusal, type Refusal } from './refusal.ts';
import { requestIdFrom } from './request-id.ts';
import type { RouteSpec } from './route.ts';

/** The problems that refuse somebody, rather than something that they sent: no problem of their statuses is left out. */
type RefusingSlug = {
  [Slug in ProblemSlug]: (typeof problemRegistry)[Slug]['status'] extends 401 | 403 | 429 ? Slug : never;
}[ProblemSlug];

const REFUSALS: Readonly<Record<RefusingSlug, Refusal>> = {
  unauthenticated: { action: 'access.denied', onceAMinute: true },
  'too-many-requests': { action: 'access.denied', onceAMinute: true },
  'invalid-signature': { action: 'access.denied', onceAMinute: true },
  'invalid-link': { action: 'access.denied', onceAMinute: true },
  'invalid-credentials': { action: 'login.failed' },
  'invalid-refresh-token': { action: 'session.refresh-refused', onceAMinute: true },
  'sign-in-invalid': { action: 'sign-in.refused', onceAMinute: true },
  'sign-in-refused': { action: 'sign-in.refused' },
  'sso-required': { action: 'login.failed' },
  forbidden: { action: 'access.denied' },
  'four-eyes': { action: 'access.denied' },
  'second-factor-required': { action: 'access.denied' },
  'fresh-sign-in-required': { action: 'access.denied' },
  'tenant-suspended': { action: 'access.denied' },
  'network-not-allowed': { action: 'access.denied', onceAMinute: true },
};

/** Counts a request that was refused, and writes its entry. Other errors are no refusals. */
export async function enterRefusal(
  route: RouteSpec,
  event: APIGatewayProxyEvent,
  error: DomainError,
  claim: (() => Promise<Claim>) | undefined,
): Promise<void> {
  const refusal = markedRefusal(error) ?? (REFUSALS as Partial<Record<ProblemSlug, Refusal>>)[error.slug];
  if (refusal === undefined) return;
  const { action, onceAMinute, payload: wrong } = refusal;
  countSecurity(action);
  if (route.database === false) return;
  const { actor, payload } = await whoAsked(event, claim);
  const entry = {
    action,
    resource: route.operationId,
    payload: { path_parameters: idsOf(event.pathParameters), ...payload, ...wrong },
    problem: error.slug,
  };
  if (onceAMinute === undefined) return recordApart(actor, entry);
  return enterOnceAMinute(actor, entry);
}

async function whoAsked(
  event: APIGatewayProxyEvent,
  claim: (() => Promise<Claim>) | undefined,
): Promise<{ actor: Actor; payload: object }> {
  const requestId = requestIdFrom(headersOf(event).get('x-request-id'));
  const caller = principalOf(event);
  if (caller !== undefined) return { actor: { ...caller, requestId }, payload: {} };
  const { tenantId = PLATFORM_TENANT_ID, payload = {} } = (await claim?.()) ?? {};
  return { actor: { tenantId, actorId: null, actorRole: 'ANONYMOUS', requestId }, payload };
}
