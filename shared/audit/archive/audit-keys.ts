import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { auditEnvironment } from '#audit/archive/audit-environment.ts';
import { currentSecretText, putSecretKeys } from '#platform/secret.ts';
import { insertKey } from './export.repository.ts';

/**
 * Digests are signed by a separate key. One secret holds its private half, and every public half for ever: what is verified is verified by
 * these, since whoever could alter the trail in the database could enter a key of theirs there too. The database's own copy is a
 * record of when a key was made.
 */

interface PublicKey {
  readonly kid: string;
  readonly publicJwk: JsonWebKey;
}

interface StoredKey extends PublicKey {
  /** The private half, present only in the key that signs. */
  readonly privateJwk?: JsonWebKey;
}

export interface DigestKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

export type PublicKeys = ReadonlyMap<string, KeyObject>;

export function toPublicKeys(keys: readonly PublicKey[]): PublicKeys {
  return new Map(keys.map(({ kid, publicJwk }) => [kid, createPublicKey({ key: publicJwk, format: 'jwk' })]));
}

/** Returns the public keys as a JSON Web Key Set (RFC 7517). */
export function toKeySet(keys: readonly PublicKey[]) {
  return {
    keys: keys.map(({ kid, publicJwk: { kty = '', crv = '', x = '', y = '' } }) => ({
      ...{ kid, use: 'sig' as const, alg: 'ES256' as const, kty, crv, x, y },
    })),
  };
}

async function readSecret(): Promise<readonly StoredKey[]> {
  const text = await currentSecretText(auditEnvironment.auditKeysSecretArn());
  return (JSON.parse(text) as { keys?: StoredKey[] }).keys ?? [];
}

/** The public halves that were pinned outside of the database, the oldest first. */
export async function pinnedKeys(): Promise<PublicKey[]> {
  return (await readSecret()).map(({ kid, publicJwk }) => ({ kid, publicJwk }));
}

/** The key that signs; made when there is none yet. */
export async function currentDigestKey(at: Date): Promise<DigestKey> {
  const find = async () => (await readSecret()).find(({ privateJwk }) => privateJwk !== undefined);
  let key = await find();
  if (key === undefined) {
    await rotateDigestKey(at);
    key = await find();
  }
  if (key?.privateJwk === undefined) throw new Error('there is no key that signs digests');
  return { kid: key.kid, privateKey: createPrivateKey({ key: key.privateJwk, format: 'jwk' }) };
}

/** Replaces the key that signs. It is published before it can sign; the private half of the old one is forgotten. */
export async function rotateDigestKey(at: Date): Promise<{ kid: string }> {
  const before = await readSecret();
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomUUID();
  const publicJwk = publicKey.export({ format: 'jwk' });
  await insertKey({ kid, publicJwk, createdAt: at });
  await putSecretKeys(auditEnvironment.auditKeysSecretArn(), [
    ...before.map((key) => ({ kid: key.kid, publicJwk: key.publicJwk })),
    { kid, publicJwk, privateJwk: privateKey.export({ format: 'jwk' }) },
  ]);
  return { kid };
}
