import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { findPublicKey } from '#identity/keys/signing-keys.ts';
import { type AccessClaims, verifyAccessToken } from '#identity/sign-in/access-token.ts';
import { answerCanary, isCanary } from '#platform/canary.ts';
import { fromOrigin } from '#platform/db/origin.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import type { Actor } from '#platform/db/tenant-tx.ts';
import { clientAddressOf } from '#platform/http/client-address.ts';
import { enterOnceAMinute } from '#platform/http/once-a-minute.ts';
import { headersOf } from '#platform/http/parse.ts';
import { requestIdFrom } from '#platform/http/request-id.ts';
import { logger } from '#platform/observability/logger.ts';
import { countSecurity } from '#platform/observability/security.ts';

/** API Gateway answers its UNAUTHORIZED response to exactly this message. */
const UNAUTHORIZED = 'Unauthorized';
/** The name of a scheme is in any case (RFC 9110, 11.1). */
const BEARER = /^bearer +(vk_[\w-]{1,200}|[\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Verifies the access token and hands its claims to the function. Roles are checked there, against the route's own data,
 * so the policy allows the stage: the verdict is cached for a token, whichever route it was first used on.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  if (isCanary(event)) return answerCanary();
  const sent = Object.entries(event.multiValueHeaders ?? {})
    .filter(([name]) => name.toLowerCase() === 'authorization')
    .flatMap(([, values]) => values ?? []);
  const token = sent.length === 1 ? BEARER.exec(sent[0] ?? '')?.[1] : undefined;
  const claims = token === undefined ? undefined : await claimsOf(token, event);
  if (claims === undefined) {
    await enterRefusal(event);
    throw new Error(UNAUTHORIZED);
  }
  const { sub, sid, tid, role, tenantType, employeeId, exp, key, reads } = claims;
  const [api, stage] = event.methodArn.split('/');
  return {
    principalId: sub,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: `${api}/${stage}/*` }],
    },
    context: {
      sub,
      sid,
      tid,
      role,
      tenantType,
      exp: String(exp),
      ...(employeeId === null ? {} : { employeeId }),
      ...(key === undefined ? {} : { key: JSON.stringify(key) }),
      ...(reads === undefined ? {} : { reads: JSON.stringify(reads) }),
    },
  };
}

/** An access token says who calls; an API key is looked up. */
async function claimsOf(
  token: string,
  event: APIGatewayRequestAuthorizerEvent,
): Promise<AccessClaims | undefined> {
  if (!token.startsWith('vk_')) return verifyAccessToken(token, findPublicKey);
  const { boundsOf, findLiveKey } = await import('#identity/api-keys/find-key.ts');
  const found = await findLiveKey(token, originOf(event).sourceIp);
  if (found === undefined) return undefined;
  const { id, secret_id, tenant_id, tenant_type, role, expires_at } = found;
  return {
    ...{ sub: id, sid: secret_id, tid: tenant_id, role, tenantType: tenant_type, employeeId: null },
    exp: Math.floor(expires_at.getTime() / 1000),
    key: boundsOf(found),
  };
}

function originOf(event: APIGatewayRequestAuthorizerEvent) {
  const headers = headersOf({
    multiValueHeaders: (event.multiValueHeaders ?? {}) as Record<string, string[]>,
  });
  return {
    sourceIp: clientAddressOf(headers, event.requestContext.identity.sourceIp),
    userAgent: headers.get('user-agent')?.join(),
  };
}

/** A token that isn't valid names nobody, so the entry is the platform's. Whoever sent it is refused, also when that can't be entered. */
async function enterRefusal(event: APIGatewayRequestAuthorizerEvent): Promise<void> {
  countSecurity('access.denied');
  const headers = headersOf({
    multiValueHeaders: (event.multiValueHeaders ?? {}) as Record<string, string[]>,
  });
  const actor: Actor = {
    ...{ tenantId: PLATFORM_TENANT_ID, actorId: null, actorRole: 'ANONYMOUS' },
    requestId: requestIdFrom(headers.get('x-request-id')),
  };
  const entry = {
    action: 'access.denied',
    // The authorizer knows no operation's name: its method and path stand for it, with parameters in their braces.
    resource: `${event.httpMethod} ${event.resource}`,
    payload: {},
    problem: 'unauthenticated',
  } as const;
  await fromOrigin(originOf(event), () => enterOnceAMinute(actor, entry)).catch((error: unknown) =>
    logger.error('a refusal could not be entered', { error: error as Error }),
  );
}
