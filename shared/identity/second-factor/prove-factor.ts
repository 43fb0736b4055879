import { attemptOf, clearAttempts, countFailure, takeAttempt } from '#identity/sign-in/throttle.ts';
import type { TenantId } from '#kernel/ids.ts';
import { type TenantRead, type TenantTx, tenantRead } from '#platform/db/tenant-tx.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { factorPlace } from './factor-place.ts';
import { hashOfRecoveryCode } from './recovery-code.ts';
import {
  existsRecoveryCode,
  findFactor,
  setRecoveryCodeUsed,
  setStepUsed,
} from './second-factor.repository.ts';
import { stepOf } from './totp.ts';

/** A code as it was sent: six digits of the app, or a recovery code. */
const TOTP = /^\d{6}$/;

interface Prover {
  readonly tenantId: TenantId;
  readonly userId: string;
  readonly clientAddress: string;
}

/** Uses a code up in the transaction of what it is for; false where it doesn't work, or has been used meanwhile. */
export type UseCode = (tx: TenantTx) => Promise<boolean>;

/**
 * Verifies a code of a user outside any transaction, counted before it is looked at, like a password. Which factor: the one that counts,
 * or the one that is being enrolled.
 * @returns undefined where the code is wrong
 * @throws DomainError `too-many-requests`
 */
export async function verifyCode(
  { tenantId, userId, clientAddress }: Prover,
  code: string,
  state: 'confirmed' | 'begun' = 'confirmed',
): Promise<{ readonly use: UseCode; readonly factorId: string | undefined } | undefined> {
  const attempt = attemptOf(`second-factor ${tenantId}`, userId, clientAddress);
  await takeAttempt(attempt);
  const verified = await tenantRead(tenantId, (read) => matching(read, userId, code.trim(), state));
  if (verified === undefined) await countFailure(attempt);
  else await clearAttempts(attempt);
  return verified;
}

async function matching(read: TenantRead, userId: string, code: string, state: 'confirmed' | 'begun') {
  if (!TOTP.test(code)) {
    if (state === 'begun') return undefined;
    const sha256 = hashOfRecoveryCode(code);
    if (!(await existsRecoveryCode(read, userId, sha256))) return undefined;
    return { factorId: undefined, use: (tx: TenantTx) => setRecoveryCodeUsed(tx, userId, sha256) };
  }
  const factor = await findFactor(read, userId, state);
  if (factor === undefined) return undefined;
  const secret = (await fieldSealer()).open(factor.secret_sealed, factorPlace(factor.id));
  const step = stepOf(secret, code, Date.now());
  if (step === undefined) return undefined;
  return { factorId: factor.id, use: (tx: TenantTx) => setStepUsed(tx, factor.id, step) };
}
