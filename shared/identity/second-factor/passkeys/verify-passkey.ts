import { createHash } from 'node:crypto';
import { attemptOf, clearAttempts, countFailure, takeAttempt } from '#identity/sign-in/throttle.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Prover } from '../prove-factor.ts';
import { isSigned } from './cose-key.ts';
import type { CreatedCredential, SignedCredential } from './passkey.fields.ts';
import { findPasskey, type Passkey, setPasskeyUsed } from './passkey.repository.ts';
import { type Reason, readAuthenticatorData, refuseClientData } from './read-answer.ts';
import { readAttestation } from './read-attestation.ts';

/** A passkey that has signed what it was given. It counts if nothing has used it or the challenge meanwhile. */
interface Signed {
  readonly passkeyId: string;
  readonly use: (tx: TenantTx) => Promise<boolean>;
}

/**
 * Verifies what a passkey of a user has signed, counted before it is looked at, like a code.
 * @param challenge what it had to sign; undefined where nothing waits for it
 * @throws DomainError `too-many-requests`
 */
export async function verifySigned(
  { tenantId, userId, clientAddress, reading }: Prover,
  sent: SignedCredential,
  challenge: string | undefined,
): Promise<Signed | { readonly refused: Reason }> {
  const passkey = await reading((read) => findPasskey(read, userId, sent.id));
  const attempt = attemptOf(`second-factor ${tenantId}`, userId, clientAddress);
  await takeAttempt(attempt);
  const refused = refuseSigned(passkey, sent, challenge);
  if (passkey === undefined || refused !== undefined) {
    await countFailure(attempt);
    return { refused: refused ?? 'unknown-passkey' };
  }
  await clearAttempts(attempt);
  return { passkeyId: passkey.id, use: (tx) => setPasskeyUsed(tx, passkey.id, countOf(sent)) };
}

/** Returns the authenticator’s count of its signatures. */
export function countOf({ response }: SignedCredential): bigint {
  return readAuthenticatorData(Buffer.from(response.authenticatorData, 'base64url')).signCount;
}

/**
 * Returns why what was signed is refused, if it is: for itself first, then for the passkey, so that only its holder learns how that stands
 * (Web Authentication, 7.2).
 */
export function refuseSigned(
  passkey: Pick<Passkey, 'public_key' | 'sign_count'> | undefined,
  sent: SignedCredential,
  challenge: string | undefined,
): Reason | undefined {
  const { clientDataJSON, authenticatorData } = sent.response;
  const ofClient = refuseClientData(clientDataJSON, 'webauthn.get', challenge);
  if (ofClient !== undefined) return ofClient;
  const { refused, signCount } = readAuthenticatorData(Buffer.from(authenticatorData, 'base64url'));
  if (refused !== undefined) return refused;
  if (passkey === undefined) return 'unknown-passkey';
  const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest();
  const data = Buffer.concat([Buffer.from(authenticatorData, 'base64url'), hash]);
  const signature = Buffer.from(sent.response.signature, 'base64url');
  if (!isSigned(passkey.public_key, data, signature)) return 'wrong-signature';
  return passkey.sign_count > 0n && signCount <= passkey.sign_count ? 'counter-back' : undefined;
}

/** A passkey that was just made, as it is kept. */
export interface Created {
  readonly credential_id: string;
  readonly public_key: Buffer;
  readonly sign_count: bigint;
  readonly transports: string[];
}

/** Verifies a passkey that a browser has just made (Web Authentication, 7.1). */
export function verifyCreated(
  sent: CreatedCredential,
  challenge: string | undefined,
): Created | { readonly refused: Reason } {
  const { clientDataJSON, attestationObject, transports = [] } = sent.response;
  const ofClient = refuseClientData(clientDataJSON, 'webauthn.create', challenge);
  if (ofClient !== undefined) return { refused: ofClient };
  const attested = readAttestation(attestationObject);
  if (attested === undefined || attested.credentialId !== sent.id) return { refused: 'malformed' };
  const { refused, signCount } = readAuthenticatorData(attested.authenticatorData);
  if (refused !== undefined) return { refused };
  return { credential_id: sent.id, public_key: attested.publicKey, sign_count: signCount, transports };
}
