import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { identityEnvironment } from '#identity/identity-environment.ts';

/** OWASP's scrypt profile: N = 2^17, r = 8, p = 1, which needs 128 MiB; `maxmem` leaves room for Node's own overhead. */
const LOG2_N = 17;
const [R, P] = [8, 1];
const MAX_MEMORY_BYTES = 160 * 1024 * 1024;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(
      password.normalize('NFC'),
      salt,
      KEY_BYTES,
      { ...options, maxmem: MAX_MEMORY_BYTES },
      (error, key) => (error ? reject(error) : resolve(key)),
    );
  });
}

/** `scrypt$17$8$1$<salt>$<key>`, base64. */
function encode(log2N: number, salt: Buffer, key: Buffer): string {
  return ['scrypt', log2N, R, P, salt.toString('base64'), key.toString('base64')].join('$');
}

function currentLog2N(): number {
  return identityEnvironment.passwordLog2N() ?? LOG2_N;
}

/** Returns the text that is stored. It names its parameters, so that they can change for new passwords. */
export async function hashPassword(password: string): Promise<string> {
  const log2N = currentLog2N();
  const salt = randomBytes(SALT_BYTES);
  return encode(log2N, salt, await derive(password, salt, { N: 2 ** log2N, r: R, p: P }));
}

/** Returns a hash of nothing: it is as long to compare with as any other, and no password matches it. */
export function unusableHash(): string {
  return encode(currentLog2N(), randomBytes(SALT_BYTES), randomBytes(KEY_BYTES));
}

/** Compared against when there is no such user, so that the answer takes as long. */
function nobody(): string {
  return encode(currentLog2N(), Buffer.alloc(SALT_BYTES), Buffer.alloc(KEY_BYTES));
}

/** Returns what is stored for a user without a password: a hash of no password, which takes as long to compare. */
export function hashOfNoPassword(): string {
  return encode(currentLog2N(), randomBytes(SALT_BYTES), randomBytes(KEY_BYTES));
}

/** Takes the same time whether or not there is a hash to compare with. What is purged has none. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const stored = hash?.startsWith('scrypt$') ? hash : undefined;
  const [, log2N, r, p, salt = '', key = ''] = (stored ?? nobody()).split('$');
  const expected = Buffer.from(key, 'base64');
  const actual = await derive(password, Buffer.from(salt, 'base64'), {
    N: 2 ** Number(log2N),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(actual, expected) && stored !== undefined;
}
