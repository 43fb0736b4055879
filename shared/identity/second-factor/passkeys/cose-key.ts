import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { type CborMap, readCbor } from './cbor.ts';

/** The labels of a key (RFC 9052, 7; RFC 9053, 7). */
const TYPE = 1;
const ALGORITHM = 3;
const CURVE = -1;
const X = -2;
const Y = -3;
const MODULUS = -1;
const EXPONENT = -2;

interface Scheme {
  readonly hash: 'sha256' | null;
  /** Returns the key as JSON, or nothing where it is of another kind. */
  jwkOf(key: CborMap): JsonWebKey | undefined;
}

const text = (bytes: unknown) => (bytes instanceof Buffer ? bytes.toString('base64url') : '');

/** The signatures that are taken, by their numbers in COSE. */
const SCHEMES: Readonly<Record<number, Scheme>> = {
  // EdDSA
  [-8]: {
    hash: null,
    jwkOf: (key) =>
      key.get(TYPE) === 1 && key.get(CURVE) === 6
        ? { kty: 'OKP', crv: 'Ed25519', x: text(key.get(X)) }
        : undefined,
  },
  // ES256
  [-7]: {
    hash: 'sha256',
    jwkOf: (key) =>
      key.get(TYPE) === 2 && key.get(CURVE) === 1
        ? { kty: 'EC', crv: 'P-256', x: text(key.get(X)), y: text(key.get(Y)) }
        : undefined,
  },
  // RS256
  [-257]: {
    hash: 'sha256',
    jwkOf: (key) =>
      key.get(TYPE) === 3 ? { kty: 'RSA', n: text(key.get(MODULUS)), e: text(key.get(EXPONENT)) } : undefined,
  },
};
const MIN_RSA_BITS = 2048;

/** The numbers of the signatures that are taken, the preferred one first. */
export const ALGORITHMS: readonly number[] = [-8, -7, -257];

/**
 * Reads a public key.
 * @throws Error for a key that isn't of one of the kinds that are taken
 */
function readKey(cose: Buffer): { readonly key: KeyObject; readonly hash: Scheme['hash'] } {
  const { value, end } = readCbor(cose);
  if (!(value instanceof Map) || end !== cose.length) throw new Error('a key is a map');
  const scheme = SCHEMES[Number(value.get(ALGORITHM))];
  const jwk = scheme?.jwkOf(value);
  if (scheme === undefined || jwk === undefined) throw new Error('a key of another kind');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  if ((key.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS) < MIN_RSA_BITS)
    throw new Error('a key that is too short');
  return { key, hash: scheme.hash };
}

/** Returns whether bytes are a public key of a kind that is taken. */
export function isKey(cose: Buffer): boolean {
  try {
    return readKey(cose).key.type === 'public';
  } catch {
    return false;
  }
}

/** Returns whether a key has signed the data. */
export function isSigned(cose: Buffer, data: Buffer, signature: Buffer): boolean {
  const { key, hash } = readKey(cose);
  return verify(hash, data, key, signature);
}
