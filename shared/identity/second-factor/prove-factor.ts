import { attemptOf, clearAttempts, countFailure, takeAttempt } from '#identity/sign-in/throttle.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { factorPlace } from './factor-place.ts';
import { hashOfRecoveryCode } from './recovery-code.ts';
import {
  existsRecoveryCode,
  type Factor,
  findFactor,
  setRecoveryCodeUsed,
  setStepUsed,
} from './second-factor.repository.ts';
import { stepOf } from './totp.ts';

/** A code of the app. Anything else may be a recovery code. */
const TOTP = /^\d{6}$/;

export interface Prover {
  readonly tenantId: TenantId;
  readonly userId: string;
  readonly clientAddress: string;
  /** Reads as the caller, whose standing the database confirms before an attempt is counted. */
  readonly reading: <T>(work: (read: TenantRead) => Promise<T>) => Promise<T>;
}

/** A code that is right. It works if nobody uses it up meanwhile. */
export interface Verified {
  readonly use: (tx: TenantTx) => Promise<boolean>;
  /** The factor of a code by time. */
  readonly factorId: string | undefined;
}

/**
 * Verifies a code of a user outside any transaction, counted before it is looked at, like a password.
 * @param state the factor that counts, or the one that is being enrolled
 * @returns undefined where the code is wrong
 * @throws DomainError `too-many-requests`
 */
export async function verifyCode(
  { tenantId, userId, clientAddress, reading }: Prover,
  sent: string,
  state: 'confirmed' | 'begun' = 'confirmed',
): Promise<Verified | undefined> {
  const code = sent.trim();
  const factor = await reading((read) => findFactor(read, userId, state));
  const attempt = attemptOf(`second-factor ${tenantId}`, userId, clientAddress);
  await takeAttempt(attempt);
  const isTotp = TOTP.test(code);
  const verified = isTotp
    ? await ofTime(factor, code)
    : await ofRecovery(reading, userId, state === 'confirmed' ? code : '');
  if (verified === undefined) await countFailure(attempt);
  else await clearAttempts(attempt);
  return verified;
}

async function ofTime(factor: Factor | undefined, code: string): Promise<Verified | undefined> {
  if (factor === undefined) return undefined;
  const secret = (await fieldSealer()).open(factor.secret_sealed, factorPlace(factor.id));
  const step = stepOf(secret, code, Date.now());
  if (step === undefined) return undefined;
  return { factorId: factor.id, use: (tx) => setStepUsed(tx, factor.id, step) };
}

async function ofRecovery(
  reading: Prover['reading'],
  userId: string,
  code: string,
): Promise<Verified | undefined> {
  const sha256 = hashOfRecoveryCode(code);
  if (!(await reading((read) => existsRecoveryCode(read, userId, sha256)))) return undefined;
  return { factorId: undefined, use: (tx) => setRecoveryCodeUsed(tx, userId, sha256) };
}
