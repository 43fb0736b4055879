import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ProblemSlug } from '#contracts/problems.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { type Actor, recordRefusal } from '#platform/db/tenant-tx.ts';
import { principalOf } from './authorize.ts';
import { idsOf } from './ids-in-path.ts';
import { enterOnceAMinute } from './once-a-minute.ts';
import { headersOf } from './parse.ts';
import type { Claim, Refusal } from './refusal.ts';
import { requestIdFrom } from './request-id.ts';
import type { RouteSpec } from './route.ts';

/** Writes the entry of a refused request. */
export async function enterRefusal(
  route: RouteSpec,
  event: APIGatewayProxyEvent,
  { action, onceAMinute }: Refusal,
  problem: ProblemSlug,
  claim: (() => Promise<Claim>) | undefined,
): Promise<void> {
  const { actor, payload } = await whoAsked(event, claim);
  const entry = {
    action,
    resource: route.operationId,
    payload: { path_parameters: idsOf(event.pathParameters), ...payload },
    problem,
  };
  if (onceAMinute === undefined) return recordRefusal(actor, entry);
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
