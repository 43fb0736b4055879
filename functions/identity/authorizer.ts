import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { findPublicKey } from '#identity/keys/signing-keys.ts';
import { verifyAccessToken } from '#identity/sign-in/access-token.ts';
import { answerCanary, isCanary } from '#platform/canary.ts';

/** API Gateway answers its UNAUTHORIZED response to exactly this message. */
const UNAUTHORIZED = 'Unauthorized';
/** The name of a scheme is in any case (RFC 9110, 11.1). */
const BEARER = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

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
  const claims = token === undefined ? undefined : await verifyAccessToken(token, findPublicKey);
  if (claims === undefined) throw new Error(UNAUTHORIZED);
  const { sub, sid, tid, role, tenantType, employeeId, exp } = claims;
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
    },
  };
}
