import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The secret of an API key: `vk_<environment>_<id of the key><256 random bits><checksum>`, so that scanners of source code recognise one, and a
 * mistyped one is refused without a look into the database. Random bits need no slow hash.
 */
const SECRET = /^vk_[a-z0-9-]{1,40}_([0-9a-f]{32})_([0-9a-f]{64})([0-9a-f]{8})$/;
const SECRET_BYTES = 32;

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

export function newKeySecret(environment: string, keyId: string): string {
  const text = `vk_${environment}_${keyId.replaceAll('-', '')}_${randomBytes(SECRET_BYTES).toString('hex')}`;
  return text + checksum(text);
}

/** Tells whether a text can be a secret of ours. */
export function isKeySecret(text: string): boolean {
  const [, , , sum] = SECRET.exec(text) ?? [];
  return sum !== undefined && checksum(text.slice(0, -sum.length)) === sum;
}

export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
