import { createHash } from 'node:crypto';
import { ALGORITHMS } from './cose-key.ts';
import type { Passkey } from './passkey.repository.ts';
import { CHALLENGE_SECONDS } from './passkey-limits.ts';
import { relyingPartyId } from './relying-party.ts';

const timeout = CHALLENGE_SECONDS * 1000;

const named = ({ credential_id, transports }: Passkey) => ({
  type: 'public-key',
  id: credential_id,
  transports,
});

/** Returns what a page gives to `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export function creationOptions(
  challenge: string,
  user: { readonly id: string; readonly email: string; readonly tenant: string },
  known: readonly Passkey[],
) {
  return {
    challenge,
    rp: { id: relyingPartyId(), name: `Vestry ${user.tenant}` },
    user: { id: Buffer.from(user.id).toString('base64url'), name: user.email, displayName: user.email },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: known.map(named),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
    timeout,
  };
}

/**
 * Returns what a page gives to `PublicKeyCredential.parseRequestOptionsFromJSON`.
 * @param known the passkeys that may sign. @default whichever the person has here
 */
export function requestOptions(challenge: string, known: readonly Passkey[] = []) {
  return {
    challenge,
    rpId: relyingPartyId(),
    allowCredentials: known.map(named),
    userVerification: 'required',
    timeout,
  };
}

/** Returns what a sign-in has to sign: its token is random, ends, and is used once, and so is the hash of it. */
export function challengeOfSignIn(mfaToken: string): string {
  return createHash('sha256').update(`passkey ${mfaToken}`).digest('base64url');
}

/** Returns what a passkey has to sign that is made during a sign-in. It is another challenge than that of one which is there. */
export function challengeOfEnrolment(mfaToken: string): string {
  return createHash('sha256').update(`new passkey ${mfaToken}`).digest('base64url');
}
