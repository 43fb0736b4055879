import { type createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type pg from 'pg';
import { handler as authorize } from '#functions/identity/authorizer.ts';

export interface TestKey {
  readonly kid: string;
  readonly privateKey: ReturnType<typeof createPrivateKey>;
  readonly publicJwk: object;
}

/** A signing key whose public half is published. */
export async function publishTestKey(admin: pg.Pool): Promise<TestKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { kid: randomUUID(), privateKey, publicJwk: publicKey.export({ format: 'jwk' }) };
  await admin.query(`insert into signing_keys (kid, public_jwk, signs_from) values ($1, $2, now())`, [
    key.kid,
    JSON.stringify(key.publicJwk),
  ]);
  return key;
}

/** Returns the context that the authorizer derives from the headers, or undefined when it refuses. */
export async function authorizerVerdict(
  authorization: string | readonly string[],
  sourceIp = '203.0.113.7',
  path = '/api/users/{id}',
): Promise<Record<string, unknown> | undefined> {
  const event = {
    type: 'REQUEST',
    httpMethod: 'GET',
    resource: path,
    methodArn: 'arn:aws:execute-api:us-east-1:000000000000:api/live/GET/api/users',
    multiValueHeaders: { Authorization: [authorization].flat() },
    requestContext: { identity: { sourceIp } },
  } as unknown as APIGatewayRequestAuthorizerEvent;
  try {
    return (await authorize(event)).context as Record<string, unknown>;
  } catch (error) {
    if ((error as Error).message === 'Unauthorized') return undefined;
    throw error;
  }
}
