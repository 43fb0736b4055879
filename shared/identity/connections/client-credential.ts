import { createHash, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import type { Sealer } from '#platform/sealing.ts';
import type { ConnectionSettings } from './connection.repository.ts';

/** The place that a client's secret or key is sealed for. */
export function credentialPlace(connectionId: string): string {
  return `connections/${connectionId}`;
}

export type Credential = Pick<
  ConnectionSettings,
  'client_authentication' | 'credential_sealed' | 'public_jwk'
>;

export function sealSecret(id: string, secret: string, sealer: Sealer): Credential {
  return {
    client_authentication: 'SECRET',
    credential_sealed: sealer.seal(secret, credentialPlace(id)),
    public_jwk: null,
  };
}

/** Makes a key by which the client signs (`private_key_jwt`). Its public half is registered with the provider. */
export function newClientKey(id: string, sealer: Sealer): Credential {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = thumbprintOf(jwk);
  return {
    client_authentication: 'PRIVATE_KEY',
    credential_sealed: sealer.seal(
      JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid }),
      credentialPlace(id),
    ),
    public_jwk: { ...jwk, kid, use: 'sig', alg: 'ES256' },
  };
}

/** RFC 7638: the members that it names, in their order. */
function thumbprintOf({ crv, kty, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
