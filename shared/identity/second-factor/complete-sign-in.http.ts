import { currentSigningKey } from '#identity/keys/signing-keys.ts';
import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { startSession, type TokenPair } from '#identity/sign-in/session.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { type TenantRead, tenantRead } from '#platform/db/tenant-tx.ts';
import type { HttpRequest } from '#platform/http/http.ts';
import { challengeOf, invalidChallenge } from './challenge.http.ts';
import { confirmFactor } from './enrol-factor.ts';
import type { SignedCredential } from './passkeys/passkey.fields.ts';
import { challengeOfSignIn } from './passkeys/passkey-options.ts';
import { REASONS } from './passkeys/read-answer.ts';
import { type Prover, type Verified, verifyCode } from './prove-factor.ts';
import { hasFactor, setChallengeUsed } from './second-factor.repository.ts';
import type * as routes from './second-factor.routes.ts';

type Request = HttpRequest<typeof routes.completeSignIn>;

/**
 * Begins the session of a sign-in whose second factor is proved. A factor that the user has just enrolled is confirmed by it.
 * @throws DomainError `sign-in-invalid`, `invalid-credentials`, `too-many-requests`
 */
export async function completeSignIn({
  body,
  clientAddress,
  requestId,
  claim,
  tenantTx,
}: Request): Promise<TokenPair & { recovery_codes?: string[] }> {
  const { challenge, user, tenant } = await challengeOf(body.mfa_token, claim);
  const prover = {
    ...{ tenantId: tenant.id, userId: user.id, clientAddress },
    reading: <T>(work: (read: TenantRead) => Promise<T>) => tenantRead(tenant.id, work),
  };
  const state = user.has_second_factor ? 'confirmed' : 'begun';
  const verified =
    body.passkey === undefined
      ? await verifyCode(prover, body.code ?? '', state)
      : await verifyPasskey(prover, body.passkey, body.mfa_token, claim);
  if (verified === undefined) throw wrong();
  const key = await currentSigningKey();
  return tenantTx(
    async (tx) => {
      if (!(await setChallengeUsed(tx, challenge.id))) throw invalidChallenge();
      if (!(await verified.use(tx))) throw wrong();
      const { method, amr, family_id: familyId } = challenge;
      const how = {
        method,
        amr: [...new Set([...amr, body.passkey === undefined ? 'otp' : 'pop', 'mfa'])],
        familyId,
        secondFactor: true,
      };
      const pair = await startSession(tx, tenant, user, key, how);
      if (state === 'confirmed') return pair;
      const { factorId } = verified;
      // Another request may have confirmed a factor meanwhile, which stands against this one.
      if (factorId === undefined || (await hasFactor(tx, user.id))) throw wrong();
      return { ...pair, recovery_codes: [...(await confirmFactor(tx, { ...prover, factorId }))] };
    },
    {
      actor: { ...anonymousActor(tenant.id, requestId), actorId: user.id, actorRole: user.role },
      resource: () => `users/${user.id}`,
      payload: {},
    },
  );
}

/** @throws DomainError `invalid-credentials`, whose reason the trail has too */
async function verifyPasskey(
  prover: Prover,
  passkey: SignedCredential,
  mfaToken: string,
  claim: Request['claim'],
): Promise<Verified> {
  const { verifySigned } = await import('./passkeys/verify-passkey.ts');
  const signed = await verifySigned(prover, passkey, challengeOfSignIn(mfaToken));
  if (!('refused' in signed)) return { use: signed.use, factorId: undefined };
  const { refused } = signed;
  const { tenantId, userId } = prover;
  claim(async () => ({ tenantId, payload: { user: userId, passkey: refused } }));
  throw new DomainError('invalid-credentials', `The passkey ${REASONS[refused]}.`, {
    errors: [{ pointer: '/passkey', code: refused, message: REASONS[refused] }],
  });
}

function wrong(): DomainError {
  return new DomainError('invalid-credentials', 'The code is wrong, too old, or has been used.');
}
