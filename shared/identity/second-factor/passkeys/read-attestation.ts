import { readCbor } from './cbor.ts';
import { isKey } from './cose-key.ts';

/** The places of what the authenticator says of a new key (Web Authentication, 6.5.1), after its hash, flags and count. */
const ID_LENGTH_AT = 53;
const ID_AT = 55;
const FLAGS_AT = 32;
const WITH_CREDENTIAL = 0b0100_0000;
const WITH_EXTENSIONS = 0b1000_0000;

interface Attested {
  readonly authenticatorData: Buffer;
  readonly credentialId: string;
  readonly publicKey: Buffer;
}

/**
 * Reads a new key out of its attestation. Whoever vouches for the make of the authenticator is not asked for, and not looked at.
 * @returns undefined for what is no attestation, or of a key that isn't taken
 */
export function readAttestation(base64url: string): Attested | undefined {
  try {
    return attestedIn(Buffer.from(base64url, 'base64url'));
  } catch {
    return undefined;
  }
}

function attestedIn(bytes: Buffer): Attested | undefined {
  const { value, end } = readCbor(bytes);
  const authenticatorData = value instanceof Map ? value.get('authData') : undefined;
  if (!(authenticatorData instanceof Buffer) || end !== bytes.length) return undefined;
  const flags = authenticatorData.readUInt8(FLAGS_AT);
  if ((flags & WITH_CREDENTIAL) === 0) return undefined;
  const keyAt = ID_AT + authenticatorData.readUInt16BE(ID_LENGTH_AT);
  const keyEnd = readCbor(authenticatorData, keyAt).end;
  if (keyEnd !== authenticatorData.length && (flags & WITH_EXTENSIONS) === 0) return undefined;
  const publicKey = authenticatorData.subarray(keyAt, keyEnd);
  if (!isKey(publicKey)) return undefined;
  const credentialId = authenticatorData.subarray(ID_AT, keyAt).toString('base64url');
  return { authenticatorData, credentialId, publicKey };
}
