import { postNotice } from '#identity/notices/post-notice.ts';
import type { TenantId } from '#kernel/ids.ts';
import { uuidV7 } from '#kernel/ids.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { factorPlace } from './factor-place.ts';
import { hashOfRecoveryCode, newRecoveryCodes } from './recovery-code.ts';
import { insertFactor, replaceRecoveryCodes, setConfirmed } from './second-factor.repository.ts';
import { newTotpSecret, otpauthUri } from './totp.ts';

/** A factor that is to be begun: sealed for its row, and as its user sees it, once. */
export async function prepareFactor(of: { readonly tenant: string; readonly email: string }) {
  const [id, secret] = [uuidV7(), newTotpSecret()];
  const secret_sealed = (await fieldSealer()).seal(secret, factorPlace(id));
  return { factor: { id, secret_sealed }, shown: { secret, otpauth_uri: otpauthUri(secret, of) } };
}

export function beginFactor(
  tx: TenantTx,
  userId: string,
  factor: { readonly id: string; readonly secret_sealed: string },
): Promise<void> {
  return insertFactor(tx, { ...factor, user_id: userId });
}

/** Makes the factor that was begun the one that counts, and returns recovery codes, which nobody sees again. */
export async function confirmFactor(
  tx: TenantTx,
  {
    tenantId,
    userId,
    factorId,
  }: { readonly tenantId: TenantId; readonly userId: string; readonly factorId: string },
): Promise<readonly string[]> {
  await setConfirmed(tx, userId, factorId);
  postNotice(tx, tenantId, userId, 'second-factor-changed');
  return renewRecoveryCodes(tx, userId);
}

export async function renewRecoveryCodes(tx: TenantTx, userId: string): Promise<readonly string[]> {
  const codes = newRecoveryCodes();
  await replaceRecoveryCodes(tx, userId, codes.map(hashOfRecoveryCode));
  return codes;
}
