import { createHash, randomBytes } from 'node:crypto';

const CODES = 10;
/** 80 random bits: nobody guesses one, so that a fast hash is enough. */
const BYTES = 10;

/** Returns codes of four groups of five, in letters and digits that people don't confuse. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: CODES }, () =>
    (randomBytes(BYTES).toString('hex').match(/.{5}/g) ?? []).join('-'),
  );
}

export function hashOfRecoveryCode(code: string): Buffer {
  return createHash('sha256').update(code.toLowerCase().replaceAll(/[\s-]/g, '')).digest();
}
