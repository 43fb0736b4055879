import { hashOfLink, newLinkToken } from '#identity/links/link-token.ts';
import type { SigningKey } from '#identity/sign-in/access-token.ts';
import type { TenantStanding } from '#identity/sign-in/session.repository.ts';
import {
  type Authenticated,
  type ProvedFactor,
  type SessionUser,
  startSession,
  type TokenPair,
} from '#identity/sign-in/session.ts';
import { uuidV7 } from '#kernel/ids.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { isDemanded } from './demand.ts';
import { listPasskeys } from './passkeys/passkey.repository.ts';
import { challengeOfSignIn, requestOptions } from './passkeys/passkey-options.ts';
import { findFactorStanding, insertChallenge } from './second-factor.repository.ts';

/** Whoever enrols reads a code from an app that they may have to install first. */
const CHALLENGE_SECONDS = 10 * 60;

/** A sign-in that waits for the second factor. */
export interface Challenged {
  readonly mfa_required: true;
  readonly mfa_token: string;
  /** Whether the user has a second factor, or has to enrol one first. */
  readonly enrolled: boolean;
  readonly expires_in: number;
  /** A passkey of the user has to sign this, where there is one. */
  readonly passkey_options?: Record<string, unknown>;
}

/** The proofs that somebody has given so far. */
export interface Proved extends Authenticated {
  /** A passkey alone is both factors, and waits for nothing. */
  readonly method: 'PASSWORD' | 'PROVIDER';
  /** The second factor that the provider has had the person prove, if it has. */
  readonly secondFactor: ProvedFactor | undefined;
  readonly familyId?: string;
}

/**
 * Begins a session, or asks for the second factor first: of whoever has one, and of those from whom it is demanded. A provider's counts.
 */
export async function beginSession(
  tx: TenantTx,
  tenant: TenantStanding,
  user: SessionUser,
  key: SigningKey,
  { secondFactor, familyId = uuidV7(), ...how }: Proved,
): Promise<TokenPair | Challenged> {
  if (secondFactor !== undefined)
    return startSession(tx, tenant, user, key, { ...how, familyId, secondFactor });
  const { confirmed_at, passkeys, demanded } = await findFactorStanding(tx, user.id);
  const enrolled = confirmed_at !== null || passkeys > 0;
  if (!enrolled && !isDemanded(user.role, demanded))
    return startSession(tx, tenant, user, key, { ...how, familyId });
  const mfa_token = newLinkToken(tenant.id);
  const challenge = { user_id: user.id, family_id: familyId, method: how.method, amr: [...how.amr] };
  await insertChallenge(tx, { ...challenge, token_sha256: hashOfLink(mfa_token) }, CHALLENGE_SECONDS);
  const challenged = { mfa_required: true, mfa_token, enrolled, expires_in: CHALLENGE_SECONDS } as const;
  if (passkeys === 0) return challenged;
  const passkey_options = requestOptions(challengeOfSignIn(mfa_token), await listPasskeys(tx, user.id));
  return { ...challenged, passkey_options };
}
