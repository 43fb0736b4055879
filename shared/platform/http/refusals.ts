import { createHash } from 'node:crypto';
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { AuditAction } from '#contracts/audit-actions.ts';
import type { ProblemSlug } from '#contracts/problems.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { isUuid, type TenantId, uuidV7OfMinute } from '#kernel/ids.ts';
import { sourceNetwork } from '#kernel/source-network.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { originOfRequest } from '#platform/db/origin.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { type Actor, recordRefusal } from '#platform/db/tenant-tx.ts';
import { principalOf } from './authorize.ts';
import { headersOf } from './parse.ts';
import { requestIdFrom } from './request-id.ts';
import type { RouteSpec } from './route.ts';

interface Refusal {
  readonly action: AuditAction;
  /** A flood of them costs no more than one entry a minute for each caller, network and operation. */
  readonly onceAMinute?: true;
}

/** The problems that refuse somebody, rather than something that they sent. */
const REFUSALS: Partial<Record<ProblemSlug, Refusal>> = {
  unauthenticated: { action: 'access.denied', onceAMinute: true },
  'too-many-requests': { action: 'access.denied', onceAMinute: true },
  'invalid-signature': { action: 'access.denied', onceAMinute: true },
  'invalid-credentials': { action: 'login.failed' },
  forbidden: { action: 'access.denied' },
  'four-eyes': { action: 'access.denied' },
  'tenant-suspended': { action: 'access.denied' },
};

/** The people whom a request without a caller is about, as far as it says. */
export interface Claim {
  /** @default the platform's, since nobody says whose it is */
  readonly tenantId?: TenantId;
  readonly payload: Readonly<Record<string, unknown>>;
}

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
      const error = translateDatabaseError(request.error);
      const refusal = error instanceof DomainError ? REFUSALS[error.slug] : undefined;
      if (refusal === undefined || route.database === false) return;
      try {
        await write(route, request.event, refusal, (error as DomainError).slug);
      } catch (failure) {
        request.error = failure as Error;
      }
    },
  };
}

async function write(
  route: RouteSpec,
  event: APIGatewayProxyEvent,
  { action, onceAMinute }: Refusal,
  problem: ProblemSlug,
): Promise<void> {
  const { actor, payload } = await whoAsked(event);
  const entry = {
    action,
    resource: route.operationId,
    payload: { path_parameters: idsOf(event), ...payload },
    problem,
  };
  if (onceAMinute === undefined) return recordRefusal(actor, entry);
  const source = sourceNetwork(originOfRequest()?.sourceIp ?? '');
  const { tenantId, actorId } = actor;
  const id = idOfMinute(JSON.stringify([problem, route.operationId, tenantId, actorId, source]));
  if (written.has(id)) return;
  await recordRefusal(actor, entry, id);
  remember(id);
}

async function whoAsked(event: APIGatewayProxyEvent): Promise<{ actor: Actor; payload: object }> {
  const requestId = requestIdFrom(headersOf(event).get('x-request-id'));
  const caller = principalOf(event);
  if (caller !== undefined) return { actor: { ...caller, requestId }, payload: {} };
  const { tenantId = PLATFORM_TENANT_ID, payload = {} } = (await claims.get(event)?.()) ?? {};
  return { actor: { tenantId, actorId: null, actorRole: 'ANONYMOUS', requestId }, payload };
}

/** Only ids are kept: anything else in a path may be free text. */
function idsOf({ pathParameters }: APIGatewayProxyEvent): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(pathParameters ?? {}).map(([name, value]) => [
      name,
      isUuid((value ?? '').toLowerCase()) ? value : '***',
    ]),
  );
}

const MAX_REMEMBERED = 1_000;
/** The entries that this environment has written: the next refusal of the same minute doesn't ask the database. */
const written = new Set<string>();

function remember(id: string): void {
  if (written.size >= MAX_REMEMBERED) written.clear();
  written.add(id);
}

/** Returns the same id for the same refusal in every environment, so that the database keeps one of them. */
function idOfMinute(refusal: string): string {
  return uuidV7OfMinute(createHash('sha256').update(refusal).digest());
}
