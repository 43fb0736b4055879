import { findConnection } from '#identity/connections/connection.repository.ts';
import { beginSession, type Challenged } from '#identity/second-factor/begin-session.ts';
import { hasProved } from '#identity/second-factor/demand.ts';
import { endChallenges } from '#identity/second-factor/second-factor.repository.ts';
import type { SigningKey } from '#identity/sign-in/access-token.ts';
import {
  findTenantStanding,
  findUserStanding,
  requireNetwork,
  setFamilyRevoked,
} from '#identity/sign-in/session.repository.ts';
import type { TokenPair } from '#identity/sign-in/session.ts';
import { type TenantId, type UserId, uuidV7 } from '#kernel/ids.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { sha256 } from './browser-binding.ts';
import { insertFederatedSession, lockSignIn, setRedeemed } from './federation.repository.ts';
import { invalidAnswer, refusedSignIn } from './provider-errors.ts';
import { usedCode, whyUnusable } from './sign-in-code.ts';

type Redeemed =
  | { readonly pair: TokenPair | Challenged; readonly userId: string }
  /** The code was used before: whoever has a session by it may not be the one who should. */
  | { readonly endedFamilyId: string };

/**
 * Exchanges the code of a sign-in for a session, which keeps what the provider has said of it.
 * @throws DomainError `sign-in-invalid`, `sign-in-refused`, `network-not-allowed`
 */
export async function redeemCode(
  tx: TenantTx,
  tenantId: TenantId,
  { code, code_verifier }: { readonly code: string; readonly code_verifier?: string | undefined },
  key: SigningKey,
): Promise<Redeemed> {
  const signIn = await lockSignIn(tx, sha256(code));
  if (signIn?.redeemed_at != null) {
    if (signIn.family_id === null) throw usedCode();
    await setFamilyRevoked(tx, signIn.family_id);
    await endChallenges(tx, { familyId: signIn.family_id });
    return { endedFamilyId: signIn.family_id };
  }
  const row = signIn;
  if (row === undefined) throw usedCode();
  const refusal = whyUnusable(row, 'SIGN_IN', code_verifier);
  if (refusal !== undefined) throw invalidAnswer(refusal.reason, refusal.detail);
  const userId = row.user_id as UserId;
  const user = await findUserStanding(tx, userId);
  const connection = await findConnection(tx, row.connection_id);
  if (user?.status !== 'ACTIVE')
    throw refusedSignIn({ reason: 'user-disabled', detail: 'The user is disabled here.' });
  if (connection?.status !== 'ACTIVE')
    throw refusedSignIn({ reason: 'connection-off', detail: 'The connection has been switched off.' });
  const tenant = found(await findTenantStanding(tx, tenantId));
  await requireNetwork(tx, tenantId);
  const familyId = uuidV7();
  const secondFactor = hasProved(row, connection.authentication_context)
    ? { at: row.authenticated_at }
    : undefined;
  const how = { method: 'PROVIDER', amr: row.amr, secondFactor, familyId } as const;
  const pair = await beginSession(tx, tenant, { id: userId, ...user }, key, how);
  await insertFederatedSession(tx, familyId, userId, row);
  await setRedeemed(tx, row.id, familyId);
  return { pair, userId };
}
