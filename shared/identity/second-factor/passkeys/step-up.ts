import { notFound } from '#kernel/domain-error.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Prover, Verified } from '../prove-factor.ts';
import { newChallenge } from './add-passkey.ts';
import type { SignedCredential } from './passkey.fields.ts';
import { findStoredChallenge, listPasskeys, putChallenge, useStoredChallenge } from './passkey.repository.ts';
import { CHALLENGE_SECONDS } from './passkey-limits.ts';
import { requestOptions } from './passkey-options.ts';
import type { Reason } from './read-answer.ts';
import { verifySigned } from './verify-passkey.ts';

/**
 * Says what a passkey of the caller has to sign.
 * @throws DomainError `not-found` where there is none
 */
export async function beginStepUp(
  tx: TenantTx,
  { actorId, sessionId }: { readonly actorId: string; readonly sessionId: string },
) {
  const known = await listPasskeys(tx, actorId);
  if (known.length === 0) throw notFound();
  const challenge = newChallenge();
  await putChallenge(tx, { session_id: sessionId, purpose: 'STEP_UP', challenge }, CHALLENGE_SECONDS);
  return { options: requestOptions(challenge, known) };
}

/**
 * Verifies what a passkey has signed for a session that has begun.
 * @throws DomainError `too-many-requests`
 */
export async function verifyForSession(
  prover: Prover,
  sessionId: string,
  passkey: SignedCredential,
): Promise<Verified | { readonly refused: Reason }> {
  const stored = await prover.reading((read) => findStoredChallenge(read, sessionId, 'STEP_UP'));
  const signed = await verifySigned(prover, passkey, stored?.challenge);
  if ('refused' in signed) return signed;
  if (stored === undefined) return { refused: 'wrong-challenge' };
  return {
    factorId: undefined,
    use: async (tx) => (await useStoredChallenge(tx, stored)) && (await signed.use(tx)),
  };
}
