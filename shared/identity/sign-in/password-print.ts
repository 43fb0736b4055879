import { createHash } from 'node:crypto';

/** Four bytes of a hash by which a common password is found in a list of ten thousand: one other in 400,000 looks like one of them. */
export function passwordPrint(password: string): number {
  return createHash('sha256').update(password.normalize('NFKC').toLowerCase()).digest().readUInt32LE(0);
}
