import { currentSigningKey } from '#identity/keys/signing-keys.ts';
import { postNotice } from '#identity/notices/post-notice.ts';
import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { startSession, type TokenPair } from '#identity/sign-in/session.ts';
import { lockUser } from '#identity/users/user.repository.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { type TenantRead, type TenantTx, tenantRead } from '#platform/db/tenant-tx.ts';
import type { HttpRequest } from '#platform/http/http.ts';
import { challengeOf, invalidChallenge } from './challenge.http.ts';
import { confirmFactor, renewRecoveryCodes } from './enrol-factor.ts';
import { existsFactor } from './exists-factor.ts';
import type { SignedCredential } from './passkeys/passkey.fields.ts';
import { insertPasskey } from './passkeys/passkey.repository.ts';
import { challengeOfEnrolment, challengeOfSignIn } from './passkeys/passkey-options.ts';
import { REASONS, type Reason } from './passkeys/read-answer.ts';
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
  if (state === 'confirmed' && body.new_passkey !== undefined) throw existsFactor();
  const verified = await verifyProof(prover, body, state, claim);
  if (verified === undefined) throw wrong();
  const key = await currentSigningKey();
  return tenantTx(
    async (tx) => {
      if (!(await setChallengeUsed(tx, challenge.id))) throw invalidChallenge();
      if (state === 'begun') await lockUser(tx, user.id);
      // Another request may have enrolled a factor meanwhile, which stands against this one.
      if (state === 'begun' && (await hasFactor(tx, user.id))) throw wrong();
      if (!(await verified.use(tx))) throw wrong();
      const { method, amr, family_id: familyId } = challenge;
      const how = {
        method,
        amr: [...new Set([...amr, body.code === undefined ? 'pop' : 'otp', 'mfa'])],
        familyId,
        secondFactor: { at: new Date() },
      };
      const pair = await startSession(tx, tenant, user, key, how);
      if (state === 'confirmed') return pair;
      return { ...pair, recovery_codes: [...(await enrolledBy(tx, prover, verified))] };
    },
    {
      actor: { ...anonymousActor(tenant.id, requestId), actorId: user.id, actorRole: user.role },
      resource: () => `users/${user.id}`,
      payload: {},
    },
  );
}

function verifyProof(
  prover: Prover,
  { code, passkey, new_passkey, mfa_token }: Request['body'],
  state: 'confirmed' | 'begun',
  claim: Request['claim'],
): Promise<Verified | undefined> {
  if (passkey !== undefined) return verifyPasskey(prover, passkey, mfa_token, claim);
  if (new_passkey !== undefined) return verifyNewPasskey(prover, new_passkey, mfa_token, claim);
  return verifyCode(prover, code ?? '', state);
}

/** Makes the factor that was enrolled at this sign-in the one that counts, and returns its recovery codes. */
function enrolledBy(tx: TenantTx, prover: Prover, { factorId }: Verified): Promise<readonly string[]> {
  if (factorId !== undefined) return confirmFactor(tx, { ...prover, factorId });
  postNotice(tx, prover.tenantId, prover.userId, 'second-factor-changed');
  return renewRecoveryCodes(tx, prover.userId);
}

/** @throws DomainError `invalid-credentials`, whose reason the trail has too */
async function verifyNewPasskey(
  { tenantId, userId }: Prover,
  { name, credential }: NonNullable<Request['body']['new_passkey']>,
  mfaToken: string,
  claim: Request['claim'],
): Promise<Verified> {
  const { verifyCreated } = await import('./passkeys/verify-passkey.ts');
  const created = verifyCreated(credential, challengeOfEnrolment(mfaToken));
  if ('refused' in created) throw refused('/new_passkey', created.refused, { tenantId, userId }, claim);
  return {
    use: async (tx) => (await insertPasskey(tx, { user_id: userId, name, ...created })) !== undefined,
    factorId: undefined,
  };
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
  throw refused('/passkey', signed.refused, prover, claim);
}

function refused(
  pointer: '/passkey' | '/new_passkey',
  reason: Reason,
  { tenantId, userId }: Pick<Prover, 'tenantId' | 'userId'>,
  claim: Request['claim'],
): DomainError {
  claim(async () => ({ tenantId, payload: { user: userId, passkey: reason } }));
  return new DomainError('invalid-credentials', `The passkey ${REASONS[reason]}.`, {
    errors: [{ pointer, code: reason, message: REASONS[reason] }],
  });
}

function wrong(): DomainError {
  return new DomainError('invalid-credentials', 'The code is wrong, too old, or has been used.');
}
